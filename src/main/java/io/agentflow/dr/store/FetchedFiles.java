package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.ShellWord;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files of a backup in an object store, fetched as they are read. Their digests are taken on the way, so that no byte
 * is read twice. What is only looked at, not used, leaves nothing on the disk.
 */
final class FetchedFiles implements BackupFiles {
    private static final int READERS = 8;
    /** What else is written to the disk meanwhile needs some room too. */
    private static final long SPARE = 64L * 1024 * 1024;

    private final BackupStore store;
    private final String argument;
    private final BackupId id;
    private final Path folder;
    private final DirectoryPermissions permissions;
    private final StoreLock lock;
    private final Map<String, Digested> fetched = new ConcurrentHashMap<>();
    private volatile Predicate<String> kept = path -> true;
    private volatile Map<String, Long> sizes = Map.of();

    FetchedFiles(
            BackupStore store,
            String argument,
            BackupId id,
            Path folder,
            DirectoryPermissions permissions,
            StoreLock lock) {
        this.store = store;
        this.argument = argument;
        this.id = id;
        this.folder = folder;
        this.permissions = permissions;
        this.lock = lock;
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public String store() {
        return ShellWord.of(argument);
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public int readers() {
        return READERS;
    }

    @Override
    public Contents contents() {
        String root = id.text() + "/";
        Map<String, Long> found = new TreeMap<>();
        try (Stream<StoredObject> objects = store.list(root)) {
            objects.forEach(object -> found.put(object.key().text().substring(root.length()), object.bytes()));
        }
        sizes = found;
        TreeSet<String> folders = new TreeSet<>();
        found.keySet().stream()
                .filter(path -> path.contains("/"))
                .forEach(path -> folders.add(path.substring(0, path.lastIndexOf('/'))));
        return new Contents(found, List.of(), List.copyOf(folders));
    }

    @Override
    public void prepare(Predicate<String> wanted) throws IOException {
        kept = wanted;
        long needed = contents().sizes().entrySet().stream()
                .filter(file -> wanted.test(file.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < needed + SPARE) {
            throw new Refused(
                    "fetching " + id + " needs " + new ByteSize(needed) + ", " + folder.getParent() + " has "
                            + new ByteSize(free) + " free",
                    "Free space there, or let af.staging-dir name a directory that has it.");
        }
    }

    @Override
    public void bring(String path) throws IOException {
        if (!fetched.containsKey(path)) {
            fetch(path, true, count -> {});
        }
    }

    @Override
    public Digested read(String path, LongConsumer progress) throws IOException {
        Digested known = fetched.get(path);
        return known == null ? fetch(path, kept.test(path), progress) : known;
    }

    /** What is wrong with an object is a finding about the backup; a store that fails is none. */
    private Digested fetch(String path, boolean keep, LongConsumer progress) throws IOException {
        try {
            return download(path, keep, progress);
        } catch (ObjectMissing e) {
            throw new NoSuchFileException(path);
        } catch (ObjectDamaged e) {
            throw new IOException(e.fact(), e);
        }
    }

    private Digested download(String path, boolean keep, LongConsumer progress) throws IOException {
        ObjectKey key = ObjectKey.of(id, path);
        long limit = sizes.getOrDefault(path, Long.MAX_VALUE);
        Digested content;
        if (keep) {
            Path file = folder.resolve(path);
            permissions.createDirectories(parent(file));
            try (OutputStream out = Files.newOutputStream(file)) {
                content = new FetchObject(store).read(key, limit, out, progress);
            }
            permissions.apply(file);
        } else {
            content = new FetchObject(store).read(key, limit, OutputStream.nullOutputStream(), progress);
        }
        fetched.put(path, content);
        return content;
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " lies in no folder");
        }
        return parent;
    }

    @Override
    public void close() {
        try {
            DirectoryStore.deleteTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.close();
        }
    }
}
