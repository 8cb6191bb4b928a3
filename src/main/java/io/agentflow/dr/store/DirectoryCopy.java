package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** A backup that is copied into the directory where it will stay: one rename publishes it. */
final class DirectoryCopy implements IncomingBackup {
    private final DirectoryStore store;
    private final BackupId id;
    private final CopyFolder mark;
    private final Map<BackupPath, Digested> there = new ConcurrentHashMap<>();

    DirectoryCopy(DirectoryStore store, BackupId id, CopyFolder mark) {
        this.store = store;
        this.id = id;
        this.mark = mark;
        // What was being written when its writer was killed: no file of a backup has such a name.
        remove(path -> !BackupPath.valid(path));
    }

    private void remove(Predicate<String> unwanted) {
        try {
            for (StoredFile file : FolderTree.files(mark.folder())) {
                if (unwanted.test(file.path())) {
                    Files.delete(mark.folder().resolve(file.path()));
                }
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private OperationFailed failed(IOException e) {
        return new OperationFailed(
                "the backup " + id + " cannot be copied to " + store.root() + ": " + Reason.of(e),
                "Check the disk and its rights, then run the command again: it goes on where it was.",
                e);
    }

    @Override
    public boolean has(BackupPath path, Digested content) {
        Path file = path.in(mark.folder());
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            // Read again, also after a power cut: its length may have outlived its bytes.
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(file) == content.bytes()
                    && FileDigest.of(file).equals(content)) {
                there.put(path, content);
                return true;
            }
            FolderTree.delete(file);
            return false;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void put(BackupPath path, Path file, Digested content) {
        ObjectContent source = ObjectContent.of(file, content);
        Path target = path.in(mark.folder());
        try {
            Path parent = target.getParent();
            if (parent != null) {
                store.permissions().createDirectories(parent);
            }
            Digested written;
            try (InputStream in = source.open()) {
                written = DurableFile.write(target, in);
            }
            if (!written.equals(content)) {
                Files.delete(target);
            }
            source.require(new ObjectKey(id, path), written);
            there.put(path, content);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void publish(Path manifest, Digested content) {
        if (!has(ObjectKey.MANIFEST, content)) {
            put(ObjectKey.MANIFEST, manifest, content);
        }
        // An earlier try may have brought something else under the same id.
        remove(path -> !there.containsKey(new BackupPath(path)));
        new DirectoryBackup(store, id, mark.folder()).publish(new TreeMap<>(there));
    }

    @Override
    public void close() {
        mark.close();
    }
}
