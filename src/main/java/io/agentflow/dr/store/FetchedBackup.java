package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A backup of an object store in a folder of this machine, which is gone when it is closed. */
final class FetchedBackup implements LocalBackup {
    private static final int READERS = 8;
    private static final int BUFFER = 128 * 1024;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** What else is written to the disk meanwhile needs some room too. */
    private static final long SPARE = 64L * 1024 * 1024;

    private final ObjectStore objects;
    private final BackupId id;
    private final Path folder;
    private final DirectoryStore staging;
    private final Runnable release;
    private final Set<String> fetched = new HashSet<>();
    private final Map<BackupPath, Digested> arrived = new ConcurrentHashMap<>();
    private @Nullable List<StoredFile> files;

    /** @param release gives the locks back */
    FetchedBackup(ObjectStore objects, BackupId id, Path folder, DirectoryStore staging, Runnable release) {
        this.objects = objects;
        this.id = id;
        this.folder = folder;
        this.staging = staging;
        this.release = release;
    }

    @Override
    public Path folder() {
        return folder;
    }

    /**
     * What has no name that a backup may have is left out: it would be written who knows where.
     *
     * @throws Refused if the disk has no room for them
     */
    @Override
    public synchronized void fetch(Predicate<String> wanted) {
        List<StoredFile> files = listed().stream()
                .filter(file -> wanted.test(file.path()) && !fetched.contains(file.path()))
                .toList();
        requireSpace(files.stream().mapToLong(StoredFile::bytes).sum());
        // The largest first, so that no thread is left alone with it at the end.
        Concurrently.each(
                files.stream()
                        .sorted(Comparator.comparing(StoredFile::bytes).reversed())
                        .toList(),
                READERS,
                this::fetch);
        files.forEach(file -> fetched.add(file.path()));
    }

    private List<StoredFile> listed() {
        List<StoredFile> known = files;
        if (known == null) {
            try (Stream<StoredFile> all = objects.list(id)) {
                known = all.filter(file -> BackupPath.valid(file.path())).toList();
            }
            files = known;
        }
        return known;
    }

    private void requireSpace(long needed) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < needed + SPARE) {
                throw new Refused(
                        "fetching " + id + " needs " + new ByteSize(needed) + ", " + staging.root() + " has "
                                + new ByteSize(free) + " free",
                        "Free space there.");
            }
        } catch (IOException e) {
            throw ObjectBackupStore.unusable(staging.root(), e);
        }
    }

    private void fetch(StoredFile file) {
        BackupPath path = new BackupPath(file.path());
        Path target = path.in(folder);
        try {
            Path parent = target.getParent();
            if (parent != null) {
                staging.permissions().createDirectories(parent);
            }
            try (DigestingStream object =
                            new DigestingStream(new ResumingStream(objects, new ObjectKey(id, path), PAUSE));
                    OutputStream out =
                            Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                copy(file, object, out);
                arrived.put(path, object.result());
            }
            staging.permissions().apply(target);
        } catch (IOException e) {
            throw ObjectBackupStore.unusable(folder, e);
        }
    }

    /** No more than the list has said: a disk is not filled by whoever can make an object grow. */
    private void copy(StoredFile file, InputStream object, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long left = file.bytes();
        for (int count = object.read(buffer); count >= 0; count = object.read(buffer)) {
            left -= count;
            if (left < 0) {
                throw new ObjectDamaged(
                        "'" + id + "/" + file.path() + "' in " + objects.name() + " is longer than its " + file.bytes()
                                + " bytes",
                        "Do not restore from it; take another backup.");
            }
            out.write(buffer, 0, count);
        }
    }

    @Override
    public void release(BackupPath path) {
        try {
            Files.deleteIfExists(path.in(folder));
        } catch (IOException e) {
            throw ObjectBackupStore.unusable(folder, e);
        }
    }

    @Override
    public Map<BackupPath, Digested> arrived() {
        return arrived;
    }

    @Override
    public void close() {
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            throw ObjectBackupStore.unusable(folder, e);
        } finally {
            release.run();
        }
    }
}
