package io.agentflow.dr.store;

import java.nio.file.Path;

/** The files of a published backup, where programs of this machine can read them. Until closed nobody deletes them. */
public interface LocalBackup extends AutoCloseable {
    /** The backup's own folder where it lies on this machine, else one that holds what was fetched. */
    Path folder();

    @Override
    void close();
}
