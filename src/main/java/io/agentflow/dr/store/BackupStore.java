package io.agentflow.dr.store;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Keeps backups in repository format 1, whatever kind of place it is. A backup is there when its manifest is. Nothing of
 * a published backup is ever written again; only evidence is added. What every adapter must do is in {@code BackupStoreContract}. Safe for use by many threads. What fails because of
 * the place is an {@link io.agentflow.dr.core.AfException} that says whether another try may succeed; an
 * {@link IOException} is of the one file that was asked for.
 */
public interface BackupStore {
    /** How messages name it, and a command line in the same directory: as it was given. */
    String name();

    /** How a command line in any directory names it. */
    String address();

    /** The same text for the same place, however it was given. */
    String place();

    /** The marks by which the place is known however it is addressed; none if nobody has marked it yet. */
    Set<String> marks();

    /**
     * Marks the place unless it is marked; makes it if it is not there.
     *
     * @return its marks
     * @throws io.agentflow.dr.core.Refused if it cannot be written to
     */
    Set<String> mark();

    /** Where a person finds the files of a backup. */
    String location(BackupId id);

    /** Whether the place is there. The first backup makes it. */
    boolean present();

    /** What to tell whoever named a place that is not there. */
    NotFound absent();

    /** Whether a backup is built on this machine and then sent, and fetched before programs can read it. */
    boolean remote();

    /** The directory whose disk a new backup needs. */
    Path workspace();

    /** The ids of all backups, newest first, however many. Empty when the place is not there. */
    List<BackupId> ids();

    /** Looks at each backup, newest first, many at the same time: a list of thousands may not take long. */
    <T> List<T> each(Look<T> look);

    /** What becomes of one backup that is looked at. */
    interface Look<T> {
        /**
         * Makes something of it.
         *
         * @param evidence the names of its evidence, without their folder
         */
        T at(BackupId id, List<String> evidence, Opening manifest);
    }

    /** A file that can be opened. */
    interface Opening {
        InputStream open() throws IOException;
    }

    /** The ids of what is called like a backup and has no manifest: it is none. */
    List<BackupId> withoutManifest();

    /**
     * The names of backups that were begun and are neither finished nor being worked on: their owners are dead. Empty
     * where that cannot be known.
     */
    List<String> abandoned();

    /** What lies in a backup, published or not, without reading it. */
    List<StoredFile> files(BackupId id) throws IOException;

    /** The names of the evidence of a backup, without their folder. What cannot be read proves nothing and is left out. */
    List<String> evidence(BackupId id);

    /**
     * Opens a file of a published backup. Whether its bytes are the right ones is for the reader to check.
     *
     * @throws IOException if it is not there, is no plain file, or cannot be read
     */
    InputStream open(ObjectKey key) throws IOException;

    /**
     * Keeps a published backup from being deleted from this machine until it is closed, and has its files readable there:
     * in place where they lie on it, else as they are asked for.
     */
    LocalBackup read(BackupId id);

    /**
     * Adds a file of evidence to a published backup.
     *
     * @param name within its folder
     * @throws IOException if there is no such backup, or the name is taken: nothing is overwritten
     */
    void addEvidence(BackupId id, String name, byte[] content) throws IOException;

    /** An id for a backup that starts now. No two have the same second: within it the order would be chance. */
    BackupId newId(Instant now, RandomGenerator random);

    /**
     * Sweeps what dead owners left, if nobody on this machine is at work, then keeps others from sweeping until closed.
     *
     * @throws io.agentflow.dr.core.Refused if the place cannot be written to
     */
    StoreLock building();

    /**
     * Begins a backup, which nobody takes for one until it is published.
     *
     * @throws io.agentflow.dr.core.Refused if the place cannot be written to
     */
    NewBackup begin(BackupId id);

    /**
     * Takes up a backup that another store has published, where an earlier try left it, or at its beginning. Whether it is
     * here already is for the caller to ask before.
     *
     * @throws io.agentflow.dr.core.Busy if somebody on this machine is copying the same backup here
     * @throws io.agentflow.dr.core.Refused if the place cannot be written to
     */
    IncomingBackup receive(BackupId id);

    /**
     * Deletes a backup, first what makes it one: what a crash leaves of it is swept, and never looks like a backup.
     *
     * @param lastLook is called once nobody on this machine can begin to read or pin it any more; what it throws keeps it
     * @throws io.agentflow.dr.core.NotFound if there is no such backup
     * @throws io.agentflow.dr.core.Busy if it is being restored or verified on this machine
     */
    void delete(BackupId id, Runnable lastLook);

    /** Deletes a backup without a last look. */
    default void delete(BackupId id) {
        delete(id, () -> {});
    }
}
