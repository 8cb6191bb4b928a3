package io.agentflow.dr.critical;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.ArchivePreamble;
import io.agentflow.dr.postgres.PgToolSet;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.restore.RestoreRequest;
import io.agentflow.dr.restore.RestoreRun;
import io.agentflow.dr.restore.RestoreType;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.verify.ArchiveCheck;
import io.agentflow.dr.verify.Kept;
import io.agentflow.dr.verify.PartlyVerified;
import io.agentflow.dr.verify.VerifyBackup;
import java.util.List;

/** Reads what says which tables a backup holds, and no more: the rest of it may be large. */
public final class FetchTables {
    private final Programs programs;
    private final PgTools tools;
    private final VerifyBackup verify;

    public FetchTables(Programs programs, PgTools tools, VerifyBackup verify) {
        this.programs = programs;
        this.tools = tools;
        this.verify = verify;
    }

    /** Whether single tables are asked for, and not a database. */
    public boolean wanted(RestoreRun.Requested requested) {
        return requested.request().type() == RestoreType.CRITICAL;
    }

    /**
     * Begins an attempt.
     *
     * @throws io.agentflow.dr.core.VerificationFailed if the manifest or the table of contents is damaged
     * @throws io.agentflow.dr.core.NotFound if a chosen table is not in the backup
     */
    public CriticalRun.Fetched fetch(RestoreRun.Requested requested) {
        Operation operation = requested.operation();
        RestoreRequest request = requested.request();
        operation.beginAttempt();
        operation
                .events()
                .accept(new OperationEvent.Started("Restoring tables of " + request.id() + " into " + request.database()
                        + " at " + request.target().address()));
        return look(operation, request);
    }

    /** Only looks. */
    CriticalRun.Fetched look(Operation operation, RestoreRequest request) {
        LocalBackup files = operation.hold(request.store().read(request.id()));
        PartlyVerified backup =
                operation.hold(verify.begin(request.id(), files, Kept.in(request.store(), request.id())));
        backup.require(file -> file.path().text().equals("data/toc.dat"));
        PgToolSet reading = tools.forReading(ArchiveCheck.dumpMajor(backup.manifest()));
        ArchivePreamble preamble = new ArchiveScript(programs, reading, backup, List.of()).preamble(operation);
        List<ArchiveEntry> entries =
                ArchiveEntry.of(programs, reading, backup.folder().resolve("data"), preamble.charset());
        return new CriticalRun.Fetched(
                operation,
                request,
                backup,
                preamble,
                entries,
                new ChooseTables(backup.manifest(), entries)
                        .named(request.tables().names(), new OlderBackup(request, backup.manifest())));
    }
}
