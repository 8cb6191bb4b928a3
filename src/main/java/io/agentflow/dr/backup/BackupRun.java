package io.agentflow.dr.backup;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.ExportedSnapshot;
import io.agentflow.dr.postgres.PgToolSet;
import io.agentflow.dr.postgres.ServerVersion;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.postgres.WatchCopies;
import io.agentflow.dr.store.NewBackup;
import io.agentflow.dr.verify.VerifiedBackup;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** How far a backup has come. Each act takes the state before it, so that none can be left out or done twice. */
public sealed interface BackupRun {
    Operation operation();

    /** A backup is asked for. Each attempt begins with a session that this opens. */
    record Requested(Operation operation, BackupRequest request, Supplier<Sql> session) implements BackupRun {}

    /** Nothing stands in the way. Nothing was written yet. The session is the one that looked. */
    record Checked(Operation operation, BackupRequest request, ServerVersion server, PgToolSet tools, Sql session)
            implements BackupRun {}

    /** The snapshot is held and the folder is there; the dumps may begin. */
    record Open(
            Operation operation,
            BackupRequest request,
            ServerVersion server,
            PgToolSet tools,
            BackupId id,
            NewBackup partial,
            ExportedSnapshot snapshot,
            SnapshotContents contents,
            List<String> warnings,
            WatchCopies progress)
            implements BackupRun {
        /** Where its files are written. */
        Path folder() {
            return partial.folder();
        }
    }

    /** All files are durable and named by the manifest; nobody else can see them yet. The snapshot has been given back. */
    record Sealed(Operation operation, BackupRequest request, Manifest manifest, NewBackup partial)
            implements BackupRun {}

    /** Every byte was read back and is what was written. */
    record Verified(Operation operation, BackupRequest request, VerifiedBackup backup, NewBackup partial)
            implements BackupRun {}

    /**
     * The backup exists.
     *
     * @param folder where its files can be read on this machine until the operation ends
     * @param location where a person finds them
     */
    record Published(Operation operation, Manifest manifest, Path folder, String location, List<String> warnings)
            implements BackupRun {}
}
