package io.agentflow.dr.store;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Tells who works on a directory store and on which backup, by bytes of {@code <store>/.lock}. Byte 0 is shared by all who
 * build a backup; whoever gets it alone knows that all partials are dead and sweeps them. Each backup has a byte of its
 * own, shared by those who read it.
 */
public final class StoreLock implements AutoCloseable {
    private static final long BUILDING = 0;
    /** Two backups may have the same byte: then one is taken for busy while the other one is read. */
    private static final long FIRST_BACKUP = 1;

    private final LockFile.Held held;

    private StoreLock(LockFile.Held held) {
        this.held = held;
    }

    /** Sweeps what dead owners left, if nobody is at work, then holds the lock until closed. */
    static StoreLock hold(DirectoryStore store) {
        return hold(store, id -> true);
    }

    /**
     * The same, for a directory in which backups of another store are staged.
     *
     * @param gone is asked about each backup that was left; its folder is deleted only on a yes
     */
    static StoreLock hold(DirectoryStore store, Predicate<BackupId> gone) {
        try {
            store.make();
            Path file = file(store);
            Optional<LockFile.Held> alone = LockFile.alone(file, BUILDING);
            if (alone.isPresent()) {
                sweep(store, alone.get(), gone);
            }
            return new StoreLock(LockFile.shared(file, BUILDING));
        } catch (IOException e) {
            throw new Refused(
                    "the store " + store.root() + " cannot be written to: " + Reason.of(e),
                    "Choose another directory, or give this user the right to write there.",
                    e);
        }
    }

    /** Empty where that cannot be known, because somebody is at work or nothing can be written. */
    static List<Path> abandoned(DirectoryStore store) {
        List<Path> remains = store.remains();
        if (remains.isEmpty()) {
            return remains;
        }
        try {
            Optional<LockFile.Held> alone = LockFile.alone(file(store), BUILDING);
            alone.ifPresent(LockFile.Held::close);
            return alone.isPresent() ? remains : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static void sweep(DirectoryStore store, LockFile.Held alone, Predicate<BackupId> gone) throws IOException {
        try {
            for (Path dead : store.remains()) {
                String name = String.valueOf(dead.getFileName()).substring(DirectoryStore.PARTIAL.length());
                if (BackupId.parse(name).map(gone::test).orElse(true)) {
                    FolderTree.delete(dead);
                }
            }
        } finally {
            alone.close();
        }
    }

    /**
     * Keeps a backup from being deleted while it is read. In a store where nothing can be written there is nobody to keep
     * from it, and no lock.
     */
    static StoreLock reading(DirectoryStore store, BackupId id) {
        try {
            return new StoreLock(LockFile.shared(file(store), position(id)));
        } catch (IOException e) {
            return new StoreLock(() -> {});
        }
    }

    /**
     * Makes sure that nobody reads a backup, and keeps others from beginning.
     *
     * @throws Busy if somebody does
     */
    static StoreLock deleting(DirectoryStore store, BackupId id) throws IOException {
        return new StoreLock(LockFile.alone(file(store), position(id))
                .orElseThrow(() -> new Busy(
                        "backup " + id + " is being restored or verified",
                        "Wait until that has ended, then delete it.")));
    }

    /**
     * Makes sure that nobody else on this machine copies a backup there, and keeps others from beginning.
     *
     * @throws Busy if somebody does
     */
    static StoreLock receiving(DirectoryStore store, BackupId id) throws IOException {
        return unused(store, id)
                .orElseThrow(() -> new Busy(
                        "backup " + id + " is being copied there by somebody else", "Wait until that has ended."));
    }

    /** The lock of a backup that nobody on this machine works on; empty if somebody does. */
    static Optional<StoreLock> unused(DirectoryStore store, BackupId id) throws IOException {
        return LockFile.alone(file(store), position(id)).map(StoreLock::new);
    }

    private static Path file(DirectoryStore store) throws IOException {
        return store.root().toRealPath().resolve(".lock");
    }

    private static long position(BackupId id) {
        return FIRST_BACKUP + Integer.toUnsignedLong(id.text().hashCode());
    }

    @Override
    public void close() {
        held.close();
    }
}
