package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.VerificationFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.stream.Stream;

/** A backup that is built in the directory where it will stay: one rename publishes it. */
final class DirectoryBackup implements NewBackup {
    private final DirectoryStore store;
    private final BackupId id;
    private final Path folder;
    private volatile boolean published;

    DirectoryBackup(DirectoryStore store, BackupId id, Path folder) {
        this.store = store;
        this.id = id;
        this.folder = folder;
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public void handOver(BackupPath path, Digested content) {
        throw new Refused(
                "the files of a backup stay where they are written: " + store.name() + " is a directory",
                "Leave out --stream.");
    }

    @Override
    public Map<BackupPath, Digested> handedOver() {
        return Map.of();
    }

    /** Every name in it is durable before the rename, the rename before the return. */
    @Override
    public Path publish(Map<BackupPath, Digested> sealed) {
        sealed.forEach(this::require);
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                store.permissions().apply(path);
                if (Files.isDirectory(path)) {
                    DurableFile.forceDirectory(path);
                }
            }
            Path target = store.folder(id);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new OperationFailed("a backup " + id + " exists already", "Run the command again.");
            }
            // The one instant at which the backup comes into being: a crash before it leaves a partial to sweep.
            Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
            published = true;
            force();
            return target;
        } catch (AtomicMoveNotSupportedException e) {
            throw new OperationFailed(
                    "the store " + store.root() + " cannot rename atomically", "Use another file system.", e);
        } catch (IOException e) {
            throw new OperationFailed("the backup cannot be published: " + Reason.of(e), "Run the command again.", e);
        }
    }

    /** Its bytes do not move and were just read back; but somebody's own step may have come in between. */
    private void require(BackupPath path, Digested sealed) {
        Path file = path.in(folder);
        try {
            BasicFileAttributes found =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isRegularFile() || found.size() != sealed.bytes()) {
                throw new VerificationFailed(
                        path + " has " + found.size() + " bytes, sealed were " + sealed.bytes(),
                        "Look for what changes files in " + store.root() + ", then run the command again.");
            }
        } catch (IOException e) {
            throw new VerificationFailed(
                    path + " was sealed and cannot be read any more: " + Reason.of(e),
                    "Look for what changes files in " + store.root() + ", then run the command again.",
                    e);
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

    /** Once published the folder has another name; under this one somebody else may have begun. */
    @Override
    public void close() {
        try {
            if (!published) {
                FolderTree.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
