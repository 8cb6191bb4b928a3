package io.agentflow.dr.store;

import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.ShellWord;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Backups as folders of a directory. A backup is built in {@code .partial-<id>} and becomes visible by one rename; a
 * folder without a manifest is no backup. Nothing in a published folder is ever written again but evidence.
 */
public final class DirectoryStore implements BackupStore {
    static final String PARTIAL = ".partial-";
    private static final String EVIDENCE = "evidence";

    private final Path root;
    private final DirectoryPermissions permissions;

    public DirectoryStore(Path root, DirectoryPermissions permissions) {
        this.root = root;
        this.permissions = permissions;
    }

    Path root() {
        return root;
    }

    DirectoryPermissions permissions() {
        return permissions;
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public String address() {
        return root.toAbsolutePath().toString();
    }

    @Override
    public String place() {
        return root.toAbsolutePath().normalize().toString();
    }

    @Override
    public Set<String> marks() {
        return PlaceMark.among(names().stream());
    }

    @Override
    public Set<String> mark() {
        if (marks().isEmpty()) {
            try {
                make();
                Path mark = root.resolve(PlaceMark.fresh());
                DurableFile.write(mark, new byte[0]);
                permissions.apply(mark);
                DurableFile.forceDirectory(root);
            } catch (IOException e) {
                throw unwritable(e);
            }
        }
        return marks();
    }

    @Override
    public String location(BackupId id) {
        return folder(id).toString();
    }

    @Override
    public boolean present() {
        return Files.isDirectory(root);
    }

    @Override
    public NotFound absent() {
        return new NotFound("there is no directory " + root, "Check the name, and that its disk is mounted.");
    }

    @Override
    public boolean remote() {
        return false;
    }

    /** A backup is built where it will stay. */
    @Override
    public Path workspace() {
        return root;
    }

    @Override
    public List<BackupId> ids() {
        return named(this::published);
    }

    @Override
    public <T> List<T> each(Look<T> look) {
        return ids().parallelStream()
                .map(id -> look.at(id, evidence(id), () -> open(ObjectKey.manifest(id))))
                .toList();
    }

    private boolean published(BackupId id) {
        return Files.isRegularFile(file(ObjectKey.manifest(id)), LinkOption.NOFOLLOW_LINKS);
    }

    private List<BackupId> named(Predicate<BackupId> which) {
        List<BackupId> ids = new ArrayList<>();
        for (String name : names()) {
            BackupId.parse(name).filter(which).ifPresent(ids::add);
        }
        ids.sort(Comparator.reverseOrder());
        return List.copyOf(ids);
    }

    @Override
    public List<BackupId> withoutManifest() {
        return named(id -> Files.isDirectory(folder(id), LinkOption.NOFOLLOW_LINKS) && !published(id));
    }

    @Override
    public List<String> abandoned() {
        return StoreLock.abandoned(this).stream()
                .map(partial -> String.valueOf(partial.getFileName()))
                .toList();
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
    Path folder(BackupId id) {
        return root.resolve(id.text());
    }

    private Path file(ObjectKey key) {
        return key.path().in(folder(key.backup()));
    }

    @Override
    public List<StoredFile> files(BackupId id) throws IOException {
        return FolderTree.files(folder(id));
    }

    @Override
    public List<String> evidence(BackupId id) {
        // Not by a stream of paths, which takes four times as long: a list reads a thousand of these.
        String[] names = folder(id).resolve(EVIDENCE).toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    /** Not through a channel, which takes twice as long to read little. */
    @Override
    public InputStream open(ObjectKey key) throws IOException {
        Path file = file(key);
        if (Files.isSymbolicLink(file)) {
            throw new FileSystemException(file.toString(), null, "it is a symbolic link");
        }
        return new FileInputStream(file.toFile());
    }

    /** In place: nothing is copied. */
    @Override
    public LocalBackup read(BackupId id) {
        return new FolderInPlace(folder(id), StoreLock.reading(this, id));
    }

    private record FolderInPlace(Path folder, StoreLock lock) implements LocalBackup {
        @Override
        public void fetch(Predicate<String> wanted) {
            // All of it is there.
        }

        @Override
        public void close() {
            lock.close();
        }
    }

    @Override
    public StoreLock building() {
        return StoreLock.hold(this);
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

    @Override
    public BackupId newId(Instant now, RandomGenerator random) {
        List<String> taken = names().stream()
                .map(name -> name.startsWith(PARTIAL) ? name.substring(PARTIAL.length()) : name)
                .toList();
        BackupId id = BackupId.startedAt(now, random);
        String second = id.text().substring(0, id.text().length() - 4);
        return taken.stream().anyMatch(name -> name.startsWith(second)) ? newId(now.plusSeconds(1), random) : id;
    }

    @Override
    public NewBackup begin(BackupId id) {
        return new DirectoryBackup(this, id, partial(id.text()));
    }

    /** Makes an empty folder that nobody takes for a backup, and that is swept when nobody works on it any more. */
    Path partial(String name) {
        try {
            make();
            Path partial = root.resolve(PARTIAL + name);
            permissions.createDirectory(partial);
            return partial;
        } catch (FileAlreadyExistsException e) {
            throw new Refused("'" + e.getFile() + "' is in the way", "Choose a directory for the backups.", e);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private Refused unwritable(IOException e) {
        return new Refused(
                "the store " + root + " cannot be written to: " + Reason.of(e),
                "Choose another directory, or give this user the right to write there.",
                e);
    }

    @Override
    public IncomingBackup receive(BackupId id) {
        return new DirectoryCopy(this, id, CopyFolder.of(this, id, any -> true));
    }

    @Override
    public void addEvidence(BackupId id, String name, byte[] content) throws IOException {
        Path evidence = folder(id).resolve(EVIDENCE);
        if (!Files.isDirectory(evidence, LinkOption.NOFOLLOW_LINKS)) {
            permissions.createDirectory(evidence);
        }
        if (Files.exists(evidence.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(evidence.resolve(name).toString());
        }
        DurableFile.write(evidence.resolve(name), content);
        permissions.apply(evidence.resolve(name));
        DurableFile.forceDirectory(evidence);
    }

    /** Renamed out of sight first, so that a crash in between leaves something to sweep and no backup that lies. */
    @Override
    public void delete(BackupId id, Runnable lastLook) {
        Path doomed = root.resolve(PARTIAL + id.text());
        requireThere(id);
        try {
            StoreLock alone = StoreLock.deleting(this, id);
            try {
                // Whoever had the lock before may have deleted it.
                requireThere(id);
                lastLook.run();
                deleteAlone(id, doomed);
            } finally {
                alone.close();
            }
        } catch (IOException e) {
            throw new OperationFailed("the backup cannot be deleted: " + Reason.of(e), "Delete it by hand.", e);
        }
    }

    private void requireThere(BackupId id) {
        if (!Files.exists(file(ObjectKey.manifest(id)), LinkOption.NOFOLLOW_LINKS)) {
            throw new NotFound(
                    "there is no backup " + id + " in " + root, "See: af backup list " + ShellWord.of(root.toString()));
        }
    }

    private void deleteAlone(BackupId id, Path doomed) throws IOException {
        Files.move(folder(id), doomed, StandardCopyOption.ATOMIC_MOVE);
        DurableFile.forceDirectory(root);
        FolderTree.delete(doomed);
    }

    /** What is left of backups that were never published, or whose deletion was cut short. */
    List<Path> remains() {
        return beginning(PARTIAL);
    }

    /** What copies have left that were cut short, for their next try. */
    List<Path> copies() {
        return beginning(CopyFolder.NAME);
    }

    private List<Path> beginning(String with) {
        return names().stream()
                .filter(name -> name.startsWith(with))
                .map(root::resolve)
                .toList();
    }
}
