package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import java.nio.file.Path;
import java.util.Map;

/** A backup that is being made. Closing it removes whatever of it is not published. Safe for use by many threads. */
public interface NewBackup extends AutoCloseable {
    /** Where its files are written. */
    Path folder();

    /** A file of it is finished and durable: it may be sent ahead. */
    void finished(String path, Digested content);

    /**
     * Makes it exist: every file is durable in the store before its manifest is.
     *
     * @param sealed the files that the manifest names
     * @return where it is now
     * @throws io.agentflow.dr.core.AfException if a backup of that id exists, or the store fails
     */
    String publish(Map<String, Digested> sealed);

    @Override
    void close();
}
