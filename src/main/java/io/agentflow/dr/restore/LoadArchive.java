package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.postgres.WatchCopies;
import io.agentflow.dr.process.ToolFailedException;
import io.agentflow.dr.verify.ArchiveCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/** Loads the data archive into the staging database, and says whether what pg_restore did was good enough. */
public final class LoadArchive {
    private final PgTools tools;

    public LoadArchive(PgTools tools) {
        this.tools = tools;
    }

    /** The command line. The data was verified a moment ago, so it is read in place. */
    public LoadRun arguments(RestoreRun.Staged staged) {
        RestoreRequest request = staged.request();
        DatabaseUrl url = request.target()
                .database(staged.staging())
                .with("application_name", staged.operation().sessionName("load"));
        Path archive = staged.planned().backup().folder().resolve("data");
        int major = ArchiveCheck.dumpMajor(staged.planned().backup().manifest());
        PgCommand command = PgCommand.restoreAll(tools.forReading(major), url, archive, request.jobs())
                .silence(request.stall());
        staged.operation().events().accept(new OperationEvent.Progress("load", 0, ""));
        LoadProgress progress = new LoadProgress(staged);
        staged.operation()
                .hold(new WatchCopies(
                        request.target().database(staged.staging()),
                        staged.operation().sessionName("load"),
                        (session, copies) -> progress.seen(copies)));
        return new LoadRun(staged, command, progress);
    }

    /** Waits for the end of pg_restore and collects statistics. @throws AfException if an error counts */
    public RestoreRun.Loaded outcome(LoadRun run, InputStream stdout) {
        try (stdout) {
            stdout.transferTo(OutputStream.nullOutputStream());
        } catch (ToolFailedException e) {
            requireHarmless(run, e);
        } catch (IOException e) {
            throw new OperationFailed("pg_restore broke off: " + e.getMessage(), "Run the command again.", e);
        }
        try (Sql sql = Connections.open(
                run.staged().request().target().database(run.staged().staging()),
                run.operation().sessionName("analyze"))) {
            run.operation().hold(sql::abort);
            sql.run("ANALYZE");
        }
        run.operation().events().accept(new OperationEvent.PartDone("load", loaded(run)));
        return new RestoreRun.Loaded(run.staged(), run.warnings());
    }

    private static String loaded(LoadRun run) {
        var summary = run.staged().planned().backup().manifest().summary();
        return summary.tables() + " tables"
                + (summary.rows() == null ? "" : String.format(java.util.Locale.ROOT, ", %,d rows", summary.rows()));
    }

    private static void requireHarmless(LoadRun run, ToolFailedException e) {
        String error = run.error();
        if (error == null && !run.warnings().isEmpty() && e.exitValue() == 1) {
            return;
        }
        AfException meaning = PgFailures.of(e);
        if (error == null || meaning.retryable() || meaning.fact().contains("disk space")) {
            throw meaning;
        }
        throw new OperationFailed("pg_restore failed: " + error, "The live database was not touched.", e);
    }
}
