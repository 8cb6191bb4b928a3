package io.agentflow.dr.store;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The folder {@code .copy-<id>} of a backup that is copied here. Unlike a partial one it is not swept when its owner dies:
 * the next try goes on with what is in it. Only one that nobody came back for is, after a week.
 */
final class CopyFolder implements AutoCloseable {
    static final String NAME = ".copy-";
    private static final String TOUCH = ".touched";
    private static final Duration ABANDONED = Duration.ofDays(7);

    private final Path folder;
    private final boolean begunBefore;
    private final StoreLock alone;

    private CopyFolder(Path folder, boolean begunBefore, StoreLock alone) {
        this.folder = folder;
        this.begunBefore = begunBefore;
        this.alone = alone;
    }

    /**
     * Takes it up where an earlier try left it, or begins it.
     *
     * @param gone is asked about each other one that was given up; its folder is deleted only on a yes
     * @throws io.agentflow.dr.core.Busy if somebody on this machine is copying the same backup
     * @throws Refused if the place cannot be written to
     */
    static CopyFolder of(DirectoryStore store, BackupId id, Predicate<BackupId> gone) {
        try {
            store.make();
            StoreLock alone = StoreLock.receiving(store, id);
            try {
                Path folder = store.root().resolve(NAME + id);
                boolean there = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
                if (!there) {
                    store.permissions().createDirectory(folder);
                }
                sweep(store, touched(folder), gone);
                return new CopyFolder(folder, there, alone);
            } catch (IOException | RuntimeException e) {
                alone.close();
                throw e;
            }
        } catch (IOException e) {
            throw new Refused(
                    "the store " + store.root() + " cannot be written to: " + Reason.of(e),
                    "Choose another directory, or give this user the right to write there.",
                    e);
        }
    }

    /** By the clock of the file system, which the times of the others are of. */
    private static Instant touched(Path folder) throws IOException {
        Path touch = folder.resolve(TOUCH);
        Files.deleteIfExists(touch);
        Files.createFile(touch);
        Instant now = Files.getLastModifiedTime(touch).toInstant();
        Files.delete(touch);
        return now;
    }

    private static void sweep(DirectoryStore store, Instant now, Predicate<BackupId> gone) throws IOException {
        for (Path other : store.copies()) {
            Optional<BackupId> id =
                    BackupId.parse(String.valueOf(other.getFileName()).substring(NAME.length()));
            Instant last =
                    Files.getLastModifiedTime(other, LinkOption.NOFOLLOW_LINKS).toInstant();
            if (id.isPresent() && last.plus(ABANDONED).isBefore(now)) {
                sweep(store, other, id.get(), gone);
            }
        }
    }

    private static void sweep(DirectoryStore store, Path other, BackupId id, Predicate<BackupId> gone)
            throws IOException {
        Optional<StoreLock> nobody = StoreLock.unused(store, id);
        if (nobody.isPresent()) {
            try {
                if (gone.test(id)) {
                    FolderTree.delete(other);
                }
            } finally {
                nobody.get().close();
            }
        }
    }

    Path folder() {
        return folder;
    }

    /** Whether an earlier try has left it. */
    boolean begunBefore() {
        return begunBefore;
    }

    /** Leaves it for the next try. */
    @Override
    public void close() {
        alone.close();
    }
}
