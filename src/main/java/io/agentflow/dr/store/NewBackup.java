package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.BackupPath;
import java.nio.file.Path;
import java.util.Map;

/** A backup that is being made, and that nobody else sees. Closing it removes whatever of it is not published. */
public interface NewBackup extends AutoCloseable {
    /** Where its files are written. */
    Path folder();

    /**
     * Makes it exist, at once and whole: every file is durable before its manifest is in sight.
     *
     * @param sealed the files that the manifest names, as they were written
     * @return where its files can be read on this machine until this is closed
     * @throws io.agentflow.dr.core.VerificationFailed if a file is not what was sealed: its length is compared, and its
     *     digest where its bytes are moved
     * @throws io.agentflow.dr.core.OperationFailed if a backup of that id exists, or the store fails
     */
    Path publish(Map<BackupPath, Digested> sealed);

    @Override
    void close();
}
