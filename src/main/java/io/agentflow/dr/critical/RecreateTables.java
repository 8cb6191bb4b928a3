package io.agentflow.dr.critical;

import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.verify.ArchiveCheck;
import java.util.List;

/** Makes the missing tables again, and after their rows what belongs to them and what went with them. */
public final class RecreateTables {
    private final Programs programs;
    private final PgTools tools;

    public RecreateTables(Programs programs, PgTools tools) {
        this.programs = programs;
        this.tools = tools;
    }

    /** Makes the tables, and the types, functions and views that are missing with them. */
    public CriticalRun.Recreated structure(CriticalRun.Opened opened) {
        CriticalRun.Fetched fetched = opened.fetched();
        List<TableEntry> missing = fetched.backup().manifest().tables().stream()
                .filter(table -> opened.missing().contains(table.oid()))
                .toList();
        TableObjects objects = OpenTables.objects(fetched, opened.live(), missing);
        objects.impossible().stream()
                .filter(entry -> !objects.attachment(entry))
                .forEach(entry -> opened.notes()
                        .add("the " + entry + " did not come back: a table that it needs is missing, too"));
        ArchiveScript script = new ArchiveScript(
                programs,
                tools.forReading(ArchiveCheck.dumpMajor(fetched.backup().manifest())),
                fetched.backup(),
                opened.request().options().arguments());
        Recreation recreation = new Recreation(
                opened.live(),
                objects,
                missing.isEmpty()
                        ? List.of()
                        : script.parts(objects.selected(), fetched.preamble(), opened.operation()),
                !opened.request().options().noPrivileges());
        if (!missing.isEmpty()) {
            // Names in the archive bear their schema; functions are checked when what they use is there.
            opened.live().sql().run("SET LOCAL search_path = ''; SET LOCAL check_function_bodies = off");
            recreation.structure();
            opened.operation()
                    .events()
                    .accept(new OperationEvent.PartDone(
                            "structure",
                            Count.of(missing.size(), "table") + " made again"
                                    + (recreation.besides().isEmpty()
                                            ? ""
                                            : ", and what they need: " + String.join(", ", recreation.besides()))));
        }
        return new CriticalRun.Recreated(opened, recreation);
    }

    /**
     * Makes indexes, constraints, triggers, policies, and the foreign keys of other tables.
     *
     * @throws io.agentflow.dr.core.Refused if rows of other tables refer to what the backup does not hold; they are named
     */
    public CriticalRun.Completed complete(CriticalRun.Filled filled) {
        CriticalRun.Opened opened = filled.recreated().opened();
        if (!opened.missing().isEmpty()) {
            opened.operation().events().accept(new OperationEvent.Progress("constraints", -1, ""));
            opened.live().sql().run("SET LOCAL search_path = ''");
            filled.recreated().recreation().completion();
            opened.notes().addAll(filled.recreated().recreation().notes());
            opened.operation().events().accept(new OperationEvent.PartDone("constraints", "all hold"));
        }
        return new CriticalRun.Completed(filled);
    }
}
