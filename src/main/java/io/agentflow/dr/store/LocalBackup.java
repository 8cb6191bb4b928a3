package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.BackupPath;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;

/** The files of a published backup, where programs of this machine can read them. Until closed nobody deletes them. */
public interface LocalBackup extends AutoCloseable {
    /** The backup's own folder where it lies on this machine, else one that holds what was fetched. */
    Path folder();

    /**
     * Has these files in the folder, unless the store lacks them. What they hold is for the reader to check.
     *
     * @param wanted asked about each path within the backup
     */
    void fetch(Predicate<String> wanted);

    /** Has all of them there that a backup is made of, and not what was found out about it later. */
    default void fetchAll() {
        fetch(path -> !path.startsWith("evidence/"));
    }

    /** Nobody needs this file in the folder any more: what was fetched makes room, what has always been there stays. */
    default void release(BackupPath path) {}

    /** Digests of files in the folder, taken as their bytes came in; empty where they have always been. */
    default Map<BackupPath, Digested> arrived() {
        return Map.of();
    }

    @Override
    void close();
}
