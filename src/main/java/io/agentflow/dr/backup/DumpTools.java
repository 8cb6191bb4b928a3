package io.agentflow.dr.backup;

import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.postgres.PgCommand;
import java.nio.file.Path;

/** Says which command line dumps which component, and where its bytes go. */
public final class DumpTools {
    /** The subfolder of the directory archive. */
    static final String DATA = "data";

    public DumpRun globals(BackupRun.Open run) {
        return stdout(
                run,
                ComponentKind.GLOBALS,
                PgCommand.dumpGlobals(
                        run.tools(),
                        url(run, "globals"),
                        encoding(run),
                        run.request().rolePasswords() && run.contents().passwordsReadable()),
                "globals.sql.gz");
    }

    public DumpRun schema(BackupRun.Open run) {
        return stdout(
                run,
                ComponentKind.SCHEMA,
                PgCommand.dumpSchema(
                        run.tools(),
                        url(run, "schema"),
                        encoding(run),
                        run.snapshot().id()),
                "schema.dump.gz");
    }

    public DumpRun critical(BackupRun.Open run) {
        return stdout(
                run,
                ComponentKind.CRITICAL,
                PgCommand.dumpTables(
                        run.tools(),
                        url(run, "critical"),
                        encoding(run),
                        run.snapshot().id(),
                        run.contents().criticalRelations()),
                "critical.dump.gz");
    }

    public DumpRun data(BackupRun.Open run) {
        Path folder = run.folder().resolve(DATA);
        return new DumpRun(
                run,
                ComponentKind.DATA,
                PgCommand.dumpAll(
                                run.tools(),
                                url(run, DATA),
                                encoding(run),
                                run.snapshot().id(),
                                folder,
                                run.request().jobs(),
                                run.request().compression())
                        .silence(run.request().stall()),
                folder,
                new DigestDataFiles(run, folder));
    }

    private static DumpRun stdout(BackupRun.Open run, ComponentKind kind, PgCommand command, String file) {
        run.operation().events().accept(new OperationEvent.Progress(kind.text(), -1, ""));
        return new DumpRun(
                run,
                kind,
                command.silence(run.request().stall()),
                run.folder().resolve(file + (run.request().recipients().none() ? "" : FileEntry.ENCRYPTED)),
                null);
    }

    private static String encoding(BackupRun.Open run) {
        return run.contents().properties().encoding();
    }

    private static DatabaseUrl url(BackupRun.Open run, String part) {
        return run.request().url().with("application_name", run.operation().sessionName(part));
    }
}
