package io.agentflow.dr.store;

import java.nio.file.Path;

/** A backup that is being made, and that nobody else sees. Closing it removes whatever of it is not published. */
public interface NewBackup extends AutoCloseable {
    /** Where its files are written. */
    Path folder();

    /**
     * Makes it exist, at once and whole: every file is durable before its manifest is in sight.
     *
     * @return where its files can be read on this machine until this is closed
     * @throws io.agentflow.dr.core.OperationFailed if a backup of that id exists, or the store fails
     */
    Path publish();

    @Override
    void close();
}
