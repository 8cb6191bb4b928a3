package io.agentflow.dr.critical;

import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.fingerprint.FingerprintFormat;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.EndStalled;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.restore.Finding;
import io.agentflow.dr.restore.MaintenanceSession;
import io.agentflow.dr.restore.RestorePlan;
import io.agentflow.dr.restore.RestoreRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares the chosen tables with the live database, and opens the transaction in which all else happens. */
public final class OpenTables {
    /** Who waits for a lock makes everybody wait who comes after: not for long. */
    private static final String LOCK_TIMEOUT = "5s";

    private final FetchTables fetch;

    public OpenTables(FetchTables fetch) {
        this.fetch = fetch;
    }

    /** Only looks: what would be done, and what stands in the way? */
    public RestorePlan preview(Operation operation, RestoreRequest request) {
        CriticalRun.Fetched all = fetch.look(operation, request);
        try (Sql sql = Connections.open(request.target(), operation.sessionName("plan"))) {
            LiveTables live = new LiveTables(sql);
            CriticalRun.Fetched fetched = effective(all, live);
            boolean touches = request.tables().replace()
                    || !missing(fetched.chosen(), live).isEmpty();
            List<Finding> findings = findings(fetched, live);
            if (request.tables().replace()) {
                findings.addAll(new EmptiedTables(fetched, live).findings());
            }
            return new RestorePlan(List.copyOf(findings), touches, 0, 0);
        }
    }

    /**
     * Opens the transaction, and reads the rows' files before anything is locked.
     *
     * @throws Refused if something stands in the way
     * @throws io.agentflow.dr.core.Busy if another restore of this database is running
     */
    public CriticalRun.Opened open(CriticalRun.Fetched all) {
        Operation operation = all.operation();
        RestoreRequest request = all.request();
        MaintenanceSession maintenance = operation.hold(MaintenanceSession.open(request.target(), operation));
        maintenance.lock(request.database());
        Sql sql = operation
                .hold(new EndStalled(operation, request.target(), "critical", request.stall()))
                .open();
        LiveTables live = new LiveTables(sql);
        CriticalRun.Fetched fetched = effective(all, live);
        new RestorePlan(findings(fetched, live), true, 0, 0).require();
        List<TableEntry> made = missing(fetched.chosen(), live);
        List<String> notes = new ArrayList<>(torn(fetched, live, objects(fetched, live, made)).stream()
                .map(Finding::fact)
                .toList());
        Set<Long> missing = made.stream().map(TableEntry::oid).collect(Collectors.toSet());
        CriticalRun.Opened opened = new CriticalRun.Opened(fetched, live, missing, notes, EventTriggers.of(sql));
        int read = fetched.backup()
                .require(file -> needed(opened).contains(file.path().text().replaceFirst("\\.dat.*", "")));
        operation.events().accept(new OperationEvent.PartDone("verify", Count.of(read, "file") + " of the tables"));
        begin(opened);
        return opened;
    }

    /** A partition that is missing of a table that is there, and is not replaced, is a table of its own to bring back. */
    private static CriticalRun.Fetched effective(CriticalRun.Fetched all, LiveTables live) {
        ChooseTables choose = new ChooseTables(all.backup().manifest(), all.entries());
        List<ChosenTable> chosen = new ArrayList<>();
        for (ChosenTable table : all.chosen()) {
            boolean pieces = live.has(table.table()) && !all.request().tables().replace();
            chosen.add(pieces ? new ChosenTable(table.table(), List.of()) : table);
            if (pieces) {
                table.partitions().stream()
                        .filter(partition -> !live.has(partition))
                        .forEach(partition -> chosen.add(choose.with(partition)));
            }
        }
        return new CriticalRun.Fetched(
                all.operation(), all.request(), all.backup(), all.preamble(), all.entries(), chosen);
    }

    private static Set<String> needed(CriticalRun.Opened opened) {
        Set<Long> oids = new HashSet<>(opened.missing());
        if (opened.request().tables().replace()) {
            opened.fetched().chosen().forEach(table -> table.members().forEach(member -> oids.add(member.oid())));
        }
        return opened.fetched().entries().stream()
                .filter(entry -> entry.kind().equals("TABLE DATA") && oids.contains(entry.oid()))
                .map(entry -> "data/" + entry.id())
                .collect(Collectors.toSet());
    }

    private static void begin(CriticalRun.Opened opened) {
        Sql sql = opened.live().sql();
        sql.run("BEGIN");
        // Rows that a policy hides would stay: a statement that would be filtered must fail instead.
        // Statistics of a moment when a live table was empty would choose a nested loop over all of it: hours, not
        // seconds.
        sql.run("SET LOCAL enable_nestloop = off");
        sql.run("SET LOCAL lock_timeout = '" + LOCK_TIMEOUT + "';"
                + " SET row_security = off; SET quote_all_identifiers = off; SET standard_conforming_strings = on;"
                + " SET xmloption = content; SET CONSTRAINTS ALL DEFERRED");
        opened.eventTriggers().quiet(sql);
        List<String> locked = opened.fetched().chosen().stream()
                .filter(table ->
                        opened.request().tables().replace() && opened.live().has(table.table()))
                .map(table ->
                        (table.partitioned() ? "" : "ONLY ") + table.table().sqlName())
                .sorted()
                .toList();
        if (!locked.isEmpty()) {
            // Readers go on, unless a key must wait (ReplaceOrder). Who writes, also a row elsewhere that refers to one
            // of these, waits until we are done.
            sql.run("LOCK TABLE " + String.join(", ", locked) + " IN EXCLUSIVE MODE");
        }
    }

    private static List<TableEntry> missing(List<ChosenTable> chosen, LiveTables live) {
        return chosen.stream()
                .flatMap(table -> table.members().stream())
                .filter(table -> !live.has(table))
                .distinct()
                .toList();
    }

    private static List<Finding> findings(CriticalRun.Fetched fetched, LiveTables live) {
        List<Finding> findings = new ArrayList<>();
        Sql sql = live.sql();
        if (sql.yes("SELECT pg_is_in_recovery()")) {
            findings.add(Finding.stop(
                    "the server at " + fetched.request().target().address() + " is a standby",
                    "nothing can be written to it",
                    "Restore into the primary."));
        }
        boolean replace = fetched.request().tables().replace();
        if (replace && !sql.yes("SELECT current_setting('track_counts')::boolean")) {
            findings.add(Finding.stop(
                    "the server does not count rows (track_counts is off)",
                    "that no row of another table changes could not be proven",
                    "ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf();"));
        }
        for (ChosenTable table : fetched.chosen()) {
            findings.add(fate(table, live, replace));
        }
        if (replace) {
            findings.addAll(readersWait(fetched, live));
        }
        List<TableEntry> missing = missing(fetched.chosen(), live);
        if (missing.isEmpty() && !replace) {
            findings.add(Finding.note(
                    "none of the tables is missing",
                    "nothing is done to tables that are there",
                    "To give them the rows of the backup: --replace"));
        }
        TableObjects objects = objects(fetched, live, missing);
        for (ArchiveEntry entry : objects.brokenPromises(missing)) {
            findings.add(Finding.stop(
                    "the " + entry + " refers to a table that is missing, too",
                    "without it the table would not be what it was",
                    "Name that table as well: --tables a,b"));
        }
        orphaned(fetched, live, missing)
                .forEach(entry -> findings.add(Finding.note(
                        "the " + entry + " needs one of these tables and is missing, too",
                        "it does not come back by itself",
                        "Name it as well: --tables a,b")));
        EventTriggers.of(sql).finding().ifPresent(findings::add);
        findings.addAll(torn(fetched, live, objects));
        objects.impossible().stream()
                .filter(entry -> !objects.attachment(entry)
                        && !objects.brokenPromises(missing).contains(entry))
                .forEach(entry -> findings.add(Finding.note(
                        "the " + entry + " does not come back", "a table that it needs is missing, too", "")));
        return findings;
    }

    private static List<Finding> torn(CriticalRun.Fetched fetched, LiveTables live, TableObjects objects) {
        return objects.torn(entry -> !entry.kind().equals("SEQUENCE") || live.hasSequence(entry)).stream()
                .map(entry -> Finding.note(
                        "the " + entry
                                + " was made with something that went with the missing tables: a default or a column"
                                + " of it went, too, and does not come back",
                        "it is there, and is left alone",
                        "See what it was: pg_restore -f - --section=pre-data "
                                + ShellWord.of(fetched.backup()
                                        .folder()
                                        .resolve("data")
                                        .toString())))
                .toList();
    }

    /** A key can only be put off while nobody reads; whether it must be is seen when the rows are compared. */
    private static List<Finding> readersWait(CriticalRun.Fetched fetched, LiveTables live) {
        Set<Long> chosen = fetched.chosen().stream()
                .map(ChosenTable::table)
                .filter(live::has)
                .map(live::oid)
                .collect(Collectors.toSet());
        List<String> tables = ForeignKey.all(live.sql()).stream()
                .filter(key ->
                        !key.deferrable() && chosen.contains(key.tableOid()) && chosen.contains(key.referencedOid()))
                .map(ForeignKey::table)
                .distinct()
                .sorted()
                .toList();
        return tables.isEmpty()
                ? List.of()
                : List.of(Finding.note(
                        "readers may have to wait for " + String.join(", ", tables),
                        "where rows must let go of others before these leave, or come in before those they refer to,"
                                + " a foreign key is put off, and its table locked until the end",
                        ""));
    }

    /** Tables that went with a missing one and were not named, such as those that inherit from it. */
    private static List<ArchiveEntry> orphaned(CriticalRun.Fetched fetched, LiveTables live, List<TableEntry> missing) {
        Set<Long> made = missing.stream().map(TableEntry::oid).collect(Collectors.toSet());
        Set<Integer> roots = fetched.entries().stream()
                .filter(entry -> entry.kind().equals("TABLE") && made.contains(entry.oid()))
                .map(ArchiveEntry::id)
                .collect(Collectors.toSet());
        Set<Long> present = present(fetched, live);
        return fetched.entries().stream()
                .filter(entry -> entry.kind().equals("TABLE")
                        && !made.contains(entry.oid())
                        && !present.contains(entry.oid())
                        && entry.needs().stream().anyMatch(roots::contains))
                .toList();
    }

    private static Set<Long> present(CriticalRun.Fetched fetched, LiveTables live) {
        return fetched.backup().manifest().tables().stream()
                .filter(live::has)
                .map(TableEntry::oid)
                .collect(Collectors.toSet());
    }

    /** What is to be made for the missing tables. */
    static TableObjects objects(CriticalRun.Fetched fetched, LiveTables live, List<TableEntry> missing) {
        Set<Long> present = present(fetched, live);
        return new TableObjects(
                fetched.entries(),
                missing.stream().map(TableEntry::oid).collect(Collectors.toSet()),
                present::contains);
    }

    private static Finding fate(ChosenTable table, LiveTables live, boolean replace) {
        Long rows = table.expected(FingerprintFormat.newest()).rows();
        String backed = rows == null ? "the backup's rows" : String.format(java.util.Locale.ROOT, "%,d rows", rows);
        if (live.hasOther(table.table())) {
            return Finding.stop(
                    table + " is no table any more",
                    "a view or a foreign table has its name",
                    "Rename or drop that first.");
        }
        if (!live.has(table.table())) {
            return Finding.ok(table + " is missing and is made again with " + backed);
        }
        if (!replace) {
            return Finding.ok(table + " is there and is left alone");
        }
        if (!live.sql()
                .yes("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = ?", live.oid(table.table()))) {
            return Finding.stop(
                    "this role does not own " + table,
                    "its triggers must not fire while its rows are replaced",
                    "Use its owner or a superuser.");
        }
        return Finding.note(
                table + " gets the backup's rows (" + backed + ")",
                "what came into it or changed in it since the backup is lost",
                "");
    }
}
