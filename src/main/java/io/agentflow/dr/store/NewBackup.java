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
     * Takes note that a file is as it will be sealed, so that a store that is far away can be sent it while others are
     * still being written. Waits for nobody.
     *
     * @throws io.agentflow.dr.core.AfException if the store has refused an earlier one for good
     */
    default void finished(BackupPath path, Digested content) {}

    /**
     * The same, and once the store has the file it is removed from the folder.
     *
     * @throws io.agentflow.dr.core.Refused if the folder is where the backup will stay
     */
    void handOver(BackupPath path, Digested content);

    /**
     * Waits until the store has all that was handed over.
     *
     * @return what is in the store and no more in the folder, as the store compared it on the way in
     * @throws io.agentflow.dr.core.AfException if the store does not take it
     */
    Map<BackupPath, Digested> handedOver();

    /**
     * Makes it exist, at once and whole: every file is durable before its manifest is in sight.
     *
     * @param sealed the files that the manifest names, as they were written
     * @return where its files, but for those handed over, can be read on this machine until this is closed
     * @throws io.agentflow.dr.core.VerificationFailed if a file is not what was sealed: its length is compared, and its
     *     digest where its bytes are moved
     * @throws io.agentflow.dr.core.OperationFailed if a backup of that id exists, or the store fails
     */
    Path publish(Map<BackupPath, Digested> sealed);

    @Override
    void close();
}
