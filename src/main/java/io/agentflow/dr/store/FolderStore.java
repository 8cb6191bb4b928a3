package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Objects as files below a directory, local or NFS. A file is written under a hidden name, forced, and then linked to its
 * own: a link, unlike a rename, never replaces anything, on NFS neither.
 */
public final class FolderStore implements BackupStore {
    private static final String UNFINISHED = ".put-";
    /** A folder may be removed as empty in the moment between its making and its use. */
    private static final int TRIES = 5;

    private final String name;
    private final Path root;
    private final DirectoryPermissions permissions;

    public FolderStore(Path root, DirectoryPermissions permissions) {
        this.name = root.toString();
        this.root = root.toAbsolutePath();
        this.permissions = permissions;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public StoredObject put(ObjectKey key, ObjectContent content) {
        Path target = path(key);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new ObjectExists(this, key);
        }
        for (int tries = TRIES; ; tries--) {
            try {
                return write(key, content, target);
            } catch (NoSuchFileException e) {
                if (tries == 1) {
                    throw failed(key, e);
                }
            } catch (IOException e) {
                throw failed(key, e);
            }
        }
    }

    private StoredObject write(ObjectKey key, ObjectContent content, Path target) throws IOException {
        Path folder = folderOf(target);
        List<Path> made = makeFolders(folder);
        Path unfinished = folder.resolve("." + target.getFileName() + UNFINISHED + UUID.randomUUID());
        try {
            Digested written = DurableFile.write(unfinished, content.open());
            content.require(key, written);
            permissions.apply(unfinished);
            link(key, unfinished, target);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        DurableFile.forceDirectory(folder);
        for (Path parent : made) {
            DurableFile.forceDirectory(parent);
        }
        return described(key, target, content);
    }

    /** @return the folders that got a new entry by it */
    private List<Path> makeFolders(Path folder) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = folder.toAbsolutePath(); at != null && !Files.isDirectory(at); at = at.getParent()) {
            missing.add(folderOf(at));
        }
        permissions.createDirectories(folder);
        return missing;
    }

    private void link(ObjectKey key, Path unfinished, Path target) throws IOException {
        try {
            Files.createLink(target, unfinished);
        } catch (FileAlreadyExistsException e) {
            // An NFS server whose first answer was lost says so of its own success: then the file has two names.
            if (!Files.isSameFile(target, unfinished)) {
                throw new ObjectExists(this, key);
            }
        } catch (UnsupportedOperationException | AccessDeniedException e) {
            throw new Refused(
                    "the file system of " + root + " has no hard links, by which nothing is ever overwritten",
                    "Use another file system.",
                    e);
        }
    }

    private StoredObject described(ObjectKey key, Path file, ObjectContent content) throws IOException {
        StoredObject stored = described(key, file);
        return new StoredObject(key, stored.bytes(), stored.modifiedAt(), content.sha256());
    }

    private static StoredObject described(ObjectKey key, Path file) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new StoredObject(
                key, attributes.size(), attributes.lastModifiedTime().toInstant(), null);
    }

    @Override
    public InputStream open(ObjectKey key, long from) {
        try {
            FileChannel channel =
                    FileChannel.open(path(key), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
            return Channels.newInputStream(channel.position(from));
        } catch (IOException e) {
            throw failed(key, e);
        }
    }

    @Override
    public Stream<StoredObject> list(String prefix) {
        return below(root, "", prefix);
    }

    /** Folders sort as if their names ended with a slash, as in an object store. */
    private Stream<StoredObject> below(Path folder, String at, String prefix) {
        return entries(folder).sorted().flatMap(entry -> {
            String key = at + entry;
            if (key.endsWith("/")) {
                return key.startsWith(prefix) || prefix.startsWith(key)
                        ? below(folder.resolve(entry), key, prefix)
                        : Stream.empty();
            }
            return key.startsWith(prefix) && ObjectKey.valid(key) ? object(new ObjectKey(key)) : Stream.empty();
        });
    }

    private Stream<StoredObject> object(ObjectKey key) {
        try {
            return Stream.of(described(key, path(key)));
        } catch (NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw failed(key, e);
        }
    }

    @Override
    public Stream<String> folders() {
        return entries(root)
                .filter(entry -> entry.endsWith("/"))
                .map(entry -> entry.substring(0, entry.length() - 1))
                .filter(ObjectKey::valid)
                .sorted();
    }

    /** Names of plain files, and of folders with a slash behind them. Hidden ones are no objects. */
    private Stream<String> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            List<String> names = new ArrayList<>();
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String name = String.valueOf(entry.getFileName());
                if (name.startsWith(".")) {
                    continue;
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    names.add(name + "/");
                } else if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
                    names.add(name);
                }
            }
            return names.stream();
        } catch (NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private AfException unreadable(Exception e) {
        return new OperationFailed("the store " + root + " cannot be read: " + e.getMessage(), "Check its rights.", e);
    }

    @Override
    public Optional<StoredObject> stat(ObjectKey key) {
        try {
            return Files.isRegularFile(path(key), LinkOption.NOFOLLOW_LINKS)
                    ? Optional.of(described(key, path(key)))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed(key, e);
        }
    }

    @Override
    public void delete(ObjectKey key) {
        Path file = path(key);
        try {
            if (Files.deleteIfExists(file)) {
                DurableFile.forceDirectory(folderOf(file));
            }
            for (Path folder = folderOf(file); !folder.equals(root); folder = folderOf(folder)) {
                Files.deleteIfExists(folder);
            }
        } catch (DirectoryNotEmptyException | NoSuchFileException e) {
            // Other objects lie there, or somebody else removed the folder first.
            return;
        } catch (IOException e) {
            throw failed(key, e);
        }
    }

    @Override
    public int sweep(String prefix, Instant before) {
        if (!Files.isDirectory(root)) {
            return 0;
        }
        List<Path> left;
        try (Stream<Path> all = Files.walk(root)) {
            left = all.filter(file -> unfinished(file, prefix, before)).toList();
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(e);
        }
        int swept = 0;
        for (Path file : left) {
            try {
                swept += Files.deleteIfExists(file) ? 1 : 0;
            } catch (IOException e) {
                throw unreadable(e);
            }
        }
        return swept;
    }

    private boolean unfinished(Path file, String prefix, Instant before) {
        String name = String.valueOf(file.getFileName());
        int end = name.indexOf(UNFINISHED);
        if (!name.startsWith(".") || end < 0) {
            return false;
        }
        String at = root.relativize(folderOf(file)).toString().replace('\\', '/');
        String key = (at.isEmpty() ? "" : at + "/") + name.substring(0, end).replaceFirst("^\\.+", "");
        try {
            return key.startsWith(prefix)
                    && Files.getLastModifiedTime(file).toInstant().isBefore(before);
        } catch (IOException e) {
            return false;
        }
    }

    private Path path(ObjectKey key) {
        return root.resolve(key.text());
    }

    private static Path folderOf(Path file) {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + " lies in no folder");
        }
        return folder;
    }

    private AfException failed(ObjectKey key, IOException e) {
        if (e instanceof NoSuchFileException) {
            return new ObjectMissing(this, key, e);
        }
        String why = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        if (e instanceof AccessDeniedException) {
            return new Refused("the store " + root + " may not be used: " + why, "Give this user the right to.", e);
        }
        if (String.valueOf(why).contains("No space left")) {
            return new OperationFailed(root + " ran out of disk space", "Free space, or use another directory.", e);
        }
        return StoreUnreachable.passing(this, "'" + key + "': " + why, e);
    }

    /** Nothing is held open. */
    @Override
    public void close() {}
}
