package io.agentflow.dr.store;

import io.agentflow.dr.core.BackupId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The backups of one store, in repository format 1, whatever kind of store it is. A backup is there when its manifest is.
 * Nothing of a published backup is ever written again; only evidence is added.
 */
public interface Repository {
    /** How messages name it: a directory, or {@code s3://bucket/prefix}. */
    String name();

    /** How a command line names it, so that the same command finds it again. */
    String argument();

    /** The same from any directory. */
    String address();

    /** The ids of all backups, newest first. Empty when the store is not there yet. */
    List<BackupId> ids();

    /** The newest backup, of whatever database. */
    default Optional<BackupId> newest() {
        return ids().stream().findFirst();
    }

    /** Does something for each backup, as many at once as suits the store; the results are in the same order. */
    <T> List<T> each(List<BackupId> ids, Function<BackupId, T> work);

    /** Opens the manifest of a backup. */
    InputStream manifest(BackupId id) throws IOException;

    /** The names of the evidence of a backup, without their folder. */
    List<String> evidence(BackupId id) throws IOException;

    /** Adds a file of evidence to a published backup. */
    void addEvidence(BackupId id, String name, byte[] content) throws IOException;

    /** An id for a backup that starts now. No two have the same second: within it the order would be chance. */
    BackupId newId(Instant now, RandomGenerator random);

    /**
     * Sweeps what dead owners left, if nobody on this machine is at work, then keeps others from sweeping until closed.
     *
     * @throws io.agentflow.dr.core.AfException if the store cannot be written to
     */
    StoreLock building();

    /** Keeps a backup from being deleted from this machine while it is read. */
    StoreLock reading(BackupId id);

    /**
     * Begins a backup, which nobody takes for one until it is published.
     *
     * @throws io.agentflow.dr.core.Refused if the store cannot be written to
     */
    NewBackup begin(BackupId id);

    /** The files of a published backup. Close it when they are read. */
    BackupFiles files(BackupId id);

    /**
     * Deletes a backup, first what makes it one.
     *
     * @throws io.agentflow.dr.core.NotFound if there is no such backup
     * @throws io.agentflow.dr.core.Busy if it is being restored or verified on this machine
     */
    void delete(BackupId id);

    /** Where a person finds the files of a backup. */
    String location(BackupId id);

    /** The directory whose disk a new backup needs. */
    Path workspace();
}
