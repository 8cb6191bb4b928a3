package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.BackupPath;
import java.nio.file.Path;

/**
 * A published backup on its way here from another store. Nobody takes it for a backup before it is published; what has
 * arrived whole stays when it is closed before that, however it ended, so that the next try goes on there. Its methods
 * but {@link #publish} may be called by many threads.
 */
public interface IncomingBackup extends AutoCloseable {
    /** Whether an earlier try has brought this file, whole. Removes what is there under its name and is not. */
    boolean has(BackupPath path, Digested content);

    /**
     * Stores a file, durably.
     *
     * @param file on this machine
     * @throws ObjectDamaged if the bytes are not what the content says; then nothing is stored
     * @throws io.agentflow.dr.core.AfException if the store does not take it
     */
    void put(BackupPath path, Path file, Digested content);

    /**
     * Makes it exist, at once and whole: every file that was put or found is durable before its manifest is in sight.
     *
     * @throws io.agentflow.dr.core.OperationFailed if another backup of that id exists by now, or the store fails
     */
    void publish(Path manifest, Digested content);

    @Override
    void close();
}
