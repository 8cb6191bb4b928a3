package io.agentflow.dr.store;

import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Backups as folders of a directory. A backup is built in {@code .partial-<id>} and becomes visible by one rename; a
 * folder without a manifest is no backup. Nothing in a published folder is ever written again but evidence.
 */
public final class DirectoryStore {
    static final String PARTIAL = ".partial-";
    private static final String MANIFEST = "manifest.json";

    private final Path root;
    private final DirectoryPermissions permissions;

    public DirectoryStore(Path root, DirectoryPermissions permissions) {
        this.root = root;
        this.permissions = permissions;
    }

    public Path root() {
        return root;
    }

    public DirectoryPermissions permissions() {
        return permissions;
    }

    /** The ids of all backups, newest first. Empty when the directory does not exist. */
    public List<BackupId> ids() {
        return named(this::published);
    }

    private boolean published(BackupId id) {
        return Files.isRegularFile(folder(id).resolve(MANIFEST), LinkOption.NOFOLLOW_LINKS);
    }

    private List<BackupId> named(Predicate<BackupId> which) {
        List<BackupId> ids = new ArrayList<>();
        for (String name : names()) {
            BackupId.parse(name).filter(which).ifPresent(ids::add);
        }
        ids.sort(Comparator.reverseOrder());
        return List.copyOf(ids);
    }

    /** The ids of folders that are called like a backup and have no manifest: they are none. */
    public List<BackupId> withoutManifest() {
        return named(id -> Files.isDirectory(folder(id), LinkOption.NOFOLLOW_LINKS) && !published(id));
    }

    private List<String> names() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        // Not by a stream of paths, which takes four times as long.
        String[] names = root.toFile().list();
        if (names == null) {
            throw new OperationFailed("the store " + root + " cannot be read", "Check its rights.");
        }
        return List.of(names);
    }

    /** Where the files of a published backup are. */
    public Path folder(BackupId id) {
        return root.resolve(id.text());
    }

    /** Makes the store's directory if it is not there, so that it outlives a power cut. */
    void make() throws IOException {
        if (!Files.isDirectory(root)) {
            permissions.createDirectories(root);
            Path parent = root.toAbsolutePath().getParent();
            if (parent != null) {
                DurableFile.forceDirectory(parent);
            }
        }
    }

    /** An id for a backup that starts now. No two have the same second: within it the order would be chance. */
    public BackupId newId(Instant now, RandomGenerator random) {
        List<String> taken = names().stream()
                .map(name -> name.startsWith(PARTIAL) ? name.substring(PARTIAL.length()) : name)
                .toList();
        BackupId id = BackupId.startedAt(now, random);
        String second = id.text().substring(0, id.text().length() - 4);
        return taken.stream().anyMatch(name -> name.startsWith(second)) ? newId(now.plusSeconds(1), random) : id;
    }

    /**
     * Makes an empty folder for a backup to be built in, which nobody takes for a backup.
     *
     * @throws Refused if the store cannot be written to
     */
    public Path begin(BackupId id) {
        try {
            make();
            Path partial = root.resolve(PARTIAL + id.text());
            permissions.createDirectory(partial);
            return partial;
        } catch (FileAlreadyExistsException e) {
            throw new Refused("'" + e.getFile() + "' is in the way", "Choose a directory for the backups.", e);
        } catch (IOException e) {
            throw new Refused(
                    "the store " + root + " cannot be written to: " + Reason.of(e),
                    "Choose another directory, or give this user the right to write there.",
                    e);
        }
    }

    /**
     * Publishes what was built: every name in it is durable before the rename, the rename before the return.
     *
     * @throws OperationFailed if a backup of that id exists
     */
    public Path publish(BackupId id, Path partial) {
        try (Stream<Path> all = Files.walk(partial)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                permissions.apply(path);
                if (Files.isDirectory(path)) {
                    DurableFile.forceDirectory(path);
                }
            }
            if (Files.exists(folder(id), LinkOption.NOFOLLOW_LINKS)) {
                throw new OperationFailed("a backup " + id + " exists already", "Run the command again.");
            }
            // The one instant at which the backup comes into being: a crash before it leaves a partial to sweep.
            Files.move(partial, folder(id), StandardCopyOption.ATOMIC_MOVE);
            force(id);
            return folder(id);
        } catch (AtomicMoveNotSupportedException e) {
            throw new OperationFailed("the store " + root + " cannot rename atomically", "Use another file system.", e);
        } catch (IOException e) {
            throw new OperationFailed("the backup cannot be published: " + Reason.of(e), "Run the command again.", e);
        }
    }

    /** Makes the new name outlive a power cut. */
    private void force(BackupId id) {
        try {
            DurableFile.forceDirectory(root);
        } catch (IOException e) {
            throw new OperationFailed(
                    "the backup " + id + " is published, but the store " + root
                            + " cannot be forced to the disk: a power cut now may undo it: " + Reason.of(e),
                    "Check the disk, then: af backup verify " + id,
                    e);
        }
    }

    /** Adds a file of evidence to a published backup. */
    public void addEvidence(BackupId id, String name, byte[] content) throws IOException {
        Path evidence = folder(id).resolve("evidence");
        if (!Files.isDirectory(evidence, LinkOption.NOFOLLOW_LINKS)) {
            permissions.createDirectory(evidence);
        }
        DurableFile.write(evidence.resolve(name), content);
        permissions.apply(evidence.resolve(name));
        DurableFile.forceDirectory(evidence);
    }

    /**
     * Deletes a backup: renamed out of sight first, so that a crash in between leaves something to sweep and no backup
     * that lies.
     *
     * @throws NotFound if there is no such backup
     * @throws io.agentflow.dr.core.Busy if it is being restored or verified
     */
    public void delete(BackupId id) {
        Path doomed = root.resolve(PARTIAL + id.text());
        if (!Files.exists(folder(id).resolve(MANIFEST), LinkOption.NOFOLLOW_LINKS)) {
            throw new NotFound("there is no backup " + id + " in " + root, "See: af backup list " + root);
        }
        try {
            StoreLock alone = StoreLock.deleting(this, id);
            try {
                deleteAlone(id, doomed);
            } finally {
                alone.close();
            }
        } catch (IOException e) {
            throw new OperationFailed("the backup cannot be deleted: " + Reason.of(e), "Delete it by hand.", e);
        }
    }

    private void deleteAlone(BackupId id, Path doomed) throws IOException {
        Files.move(folder(id), doomed, StandardCopyOption.ATOMIC_MOVE);
        DurableFile.forceDirectory(root);
        deleteTree(doomed);
    }

    /** Deletes a folder with all that is in it; follows no link. Somebody else may be deleting it, too. */
    public static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                return gone(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    gone(e);
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }

            private FileVisitResult gone(IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    /** What is left of backups that were never published, or whose deletion was cut short. */
    List<Path> remains() {
        return names().stream()
                .filter(name -> name.startsWith(PARTIAL))
                .map(root::resolve)
                .toList();
    }
}
