package io.agentflow.dr.store;

import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** A backup that is built in the directory where it will stay: one rename publishes it. */
record DirectoryBackup(DirectoryStore store, BackupId id, Path folder) implements NewBackup {

    /** Every name in it is durable before the rename, the rename before the return. */
    @Override
    public Path publish() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                store.permissions().apply(path);
                if (Files.isDirectory(path)) {
                    DurableFile.forceDirectory(path);
                }
            }
            Path published = store.folder(id);
            if (Files.exists(published, LinkOption.NOFOLLOW_LINKS)) {
                throw new OperationFailed("a backup " + id + " exists already", "Run the command again.");
            }
            // The one instant at which the backup comes into being: a crash before it leaves a partial to sweep.
            Files.move(folder, published, StandardCopyOption.ATOMIC_MOVE);
            force();
            return published;
        } catch (AtomicMoveNotSupportedException e) {
            throw new OperationFailed(
                    "the store " + store.root() + " cannot rename atomically", "Use another file system.", e);
        } catch (IOException e) {
            throw new OperationFailed(
                    "the backup cannot be published: " + Reason.of(e), "Run the command again.", e);
        }
    }

    /** Makes the new name outlive a power cut. */
    private void force() {
        try {
            DurableFile.forceDirectory(store.root());
        } catch (IOException e) {
            throw new OperationFailed(
                    "the backup " + id + " is published, but the store " + store.root()
                            + " cannot be forced to the disk: a power cut now may undo it: " + Reason.of(e),
                    "Check the disk, then: af backup verify " + id,
                    e);
        }
    }

    /** Once published the folder has another name, and there is nothing to delete under this one. */
    @Override
    public void close() {
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
