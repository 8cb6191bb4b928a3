package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.postgres.PrivilegedObjects;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.postgres.WatchCopies;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.ToolFailedException;
import io.agentflow.dr.verify.ArchiveCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Loads the data archive into the staging database, and says whether what pg_restore did was good enough. */
public final class LoadArchive {
    /** What mends a function that relies on the search path. */
    static final String PATH_HINT = "The live database was not touched. Give such functions their own search path"
            + " (ALTER FUNCTION … SET search_path = …), and take another backup.";

    private final Programs programs;
    private final PgTools tools;

    public LoadArchive(Programs programs, PgTools tools) {
        this.programs = programs;
        this.tools = tools;
    }

    /** The command line. The data was verified a moment ago, so it is read in place. */
    public LoadRun arguments(RestoreRun.Staged staged) {
        staged.operation().events().accept(new OperationEvent.Progress("load", 0, ""));
        LoadProgress progress = new LoadProgress(staged);
        staged.operation()
                .hold(new WatchCopies(
                        staged.url(),
                        staged.operation().sessionName("load"),
                        (session, copies) -> progress.seen(copies),
                        () -> "",
                        staged.operation()::beat));
        return new LoadRun(staged, command(staged, staged.request().jobs(), null), progress, true);
    }

    private PgCommand command(RestoreRun.Staged staged, int jobs, @Nullable Path entries) {
        DatabaseUrl url = staged.request()
                .target()
                .database(staged.staging())
                .with("application_name", staged.operation().sessionName("load"));
        Path archive = staged.planned().backup().folder().resolve("data");
        int major = ArchiveCheck.dumpMajor(staged.planned().backup().manifest());
        return PgCommand.restoreAll(
                        tools.forReading(major), url, archive, jobs, entries, staged.server(), staged.eventTriggers())
                .with(staged.request().options().arguments())
                .with(staged.request().type() == RestoreType.SCHEMA ? List.of("--schema-only") : List.of())
                .silence(staged.request().stall());
    }

    /**
     * Waits for the end of pg_restore.
     *
     * @throws AfException if an error counts
     */
    public LoadRun outcome(LoadRun run, InputStream stdout) {
        try (stdout) {
            stdout.transferTo(OutputStream.nullOutputStream());
        } catch (ToolFailedException e) {
            requireHarmless(run, e);
        } catch (IOException e) {
            throw new OperationFailed("pg_restore broke off: " + e.getMessage(), "Run the command again.", e);
        }
        return run;
    }

    /** Whether entries are left that lost a deadlock. */
    public boolean unfinished(LoadRun run) {
        return !run.repeated().isEmpty();
    }

    /** The command line that restores what is left with one worker, which cannot run into itself. */
    public LoadRun again(LoadRun run) {
        try {
            Path entries = Files.createTempFile("af-restore-", ".list");
            run.operation().hold(() -> Files.deleteIfExists(entries));
            Files.write(
                    entries, run.repeated().stream().map(entry -> entry + ";").toList());
            return run.again(command(run.staged(), 1, entries));
        } catch (IOException e) {
            throw new OperationFailed("no temporary file can be written: " + e.getMessage(), "Check the disk.", e);
        }
    }

    /** Collects statistics over what was loaded. */
    public RestoreRun.Loaded finish(LoadRun run) {
        if (unfinished(run)) {
            throw new OperationFailed(
                    run.repeated().size() + " entries of the archive lost a deadlock and were not restored again",
                    "Check the route restore-load.");
        }
        List<String> warnings = new ArrayList<>(run.staged().warnings());
        warnings.addAll(run.warnings());
        int major = ArchiveCheck.dumpMajor(run.staged().planned().backup().manifest());
        CreateIndexes indexes = new CreateIndexes(programs, tools.forReading(major), run.staged());
        indexes.create(run.indexes());
        warnings.addAll(indexes.warnings());
        warnings.addAll(new CollectStatistics(programs, tools.forReading(major), run.staged()).problems());
        warnings.addAll(subscriptions(run.staged()));
        run.operation().events().accept(new OperationEvent.PartDone("load", loaded(run)));
        return new RestoreRun.Loaded(run.staged(), warnings, run.unfilled(), indexes.leftOut());
    }

    /** pg_dump writes every subscription without its connection: it may be that of a publisher which is in use elsewhere. */
    private static List<String> subscriptions(RestoreRun.Staged staged) {
        try (Sql sql = Connections.open(staged.url(), staged.operation().sessionName("load"))) {
            return new PrivilegedObjects(sql)
                    .subscriptions().stream()
                            .map(Sql::identifier)
                            .map(LoadArchive::disabled)
                            .toList();
        }
    }

    private static String disabled(String name) {
        String alter = "ALTER SUBSCRIPTION " + name;
        return "the subscription " + name
                + " is there and disabled. If it is to follow its publisher again: the database"
                + " that is kept may still use its slot, there: " + alter + " DISABLE; " + alter
                + " SET (slot_name = NONE); DROP SUBSCRIPTION " + name + "; Here: " + alter + " ENABLE; " + alter
                + " REFRESH PUBLICATION WITH (copy_data = false);";
    }

    private static String loaded(LoadRun run) {
        var summary = run.staged().planned().backup().manifest().summary();
        if (run.staged().request().type() == RestoreType.SCHEMA) {
            return Count.of(summary.tables(), "table") + " without rows";
        }
        return Count.of(summary.tables(), "table")
                + (summary.rows() == null ? "" : String.format(java.util.Locale.ROOT, ", %,d rows", summary.rows()));
    }

    private static void requireHarmless(LoadRun run, ToolFailedException e) {
        String error = run.error();
        boolean ended = e.exitValue() == 1 && run.ignored() > 0;
        if (error == null && ended && run.heardAll()) {
            return;
        }
        if (error == null && ended) {
            throw new OperationFailed(
                    "pg_restore counted " + run.ignored() + " errors, and not all of them were heard",
                    "The live database was not touched. Run the command again, with --jobs=1.",
                    e);
        }
        AfException meaning = error == null ? PgFailures.of(e) : PgFailures.of(e, error);
        if (error == null || meaning.retryable() || meaning.fact().contains("disk space")) {
            throw meaning;
        }
        throw new OperationFailed(
                "pg_restore failed: " + error,
                error.contains("function ") && error.contains(" does not exist")
                        ? PATH_HINT
                        : "The live database was not touched.",
                e);
    }
}
