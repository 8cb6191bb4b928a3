package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.VerificationFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup on its way into an object store: a file is sent as soon as it is finished, the others when it is sealed, and
 * the manifest last.
 */
final class ObjectBackup implements NewBackup {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectBackup.class);
    private static final int SENDERS = 8;

    private final ObjectStore objects;
    private final BackupId id;
    private final Path folder;
    private final Set<ObjectKey> sent = ConcurrentHashMap.newKeySet();
    private final Map<BackupPath, Digested> leaving = new ConcurrentHashMap<>();
    private final SendAhead ahead = new SendAhead(this::bring);
    private volatile boolean published;

    ObjectBackup(ObjectStore objects, BackupId id, Path folder) {
        this.objects = objects;
        this.id = id;
        this.folder = folder;
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public void finished(BackupPath path, Digested content) {
        ahead.offer(path, content);
    }

    @Override
    public void handOver(BackupPath path, Digested content) {
        leaving.put(path, content);
        ahead.offer(path, content);
    }

    @Override
    public Map<BackupPath, Digested> handedOver() {
        ahead.require(leaving);
        return Map.copyOf(leaving);
    }

    @Override
    public Path publish(Map<BackupPath, Digested> sealed) {
        Map<BackupPath, Digested> files = new TreeMap<>(sealed);
        try {
            for (StoredFile file : FolderTree.files(folder)) {
                BackupPath path = new BackupPath(file.path());
                if (!files.containsKey(path)) {
                    files.put(path, FileDigest.of(path.in(folder)));
                }
            }
            Digested manifest = files.remove(ObjectKey.MANIFEST);
            if (manifest == null) {
                throw new NoSuchFileException(ObjectKey.MANIFEST.text());
            }
            ahead.require(files);
            // Manifest last: a crash before this line leaves objects that nobody takes for a backup.
            send(ObjectKey.MANIFEST, manifest);
            published = true;
            tell();
            return folder;
        } catch (IOException e) {
            throw new OperationFailed("the backup cannot be published: " + Reason.of(e), "Check the disk.", e);
        }
    }

    /** A file may have changed after it was sent ahead: what is there then is ours, and in no manifest. */
    private void bring(BackupPath path, Digested content) {
        if (ahead.sent(path)) {
            objects.delete(new ObjectKey(id, path));
        }
        send(path, content);
        if (leaving.containsKey(path)) {
            remove(path);
        }
    }

    private void remove(BackupPath path) {
        try {
            Files.delete(path.in(folder));
        } catch (IOException e) {
            throw ObjectBackupStore.unusable(folder, e);
        }
    }

    /** Has it listed faster. Without that it is asked for by itself. */
    private void tell() throws IOException {
        try {
            StoreTop.headName(id, ObjectKey.MANIFEST.in(folder)).ifPresent(objects::mark);
        } catch (AfException e) {
            LOG.debug("the head of {} could not be told", id, e);
        }
    }

    private void send(BackupPath path, Digested content) {
        ObjectKey key = new ObjectKey(id, path);
        if (!Files.isRegularFile(path.in(folder), LinkOption.NOFOLLOW_LINKS)) {
            throw new VerificationFailed(
                    path + " was sealed and is not there any more",
                    "Look for what changes files in " + folder.getParent() + ", then run the command again.");
        }
        // Before it is sent: if the answer gets lost it may be there all the same.
        sent.add(key);
        try {
            objects.put(key, ObjectContent.of(path.in(folder), content));
        } catch (ObjectExists e) {
            // It is somebody else's, and not to be removed.
            sent.remove(key);
            throw e;
        }
    }

    @Override
    public void close() {
        ahead.close();
        try {
            boolean clean = published || removed();
            FolderTree.delete(folder);
            if (!clean) {
                // Without it nobody would know that there is something to sweep.
                Files.createDirectory(folder);
            }
        } catch (IOException e) {
            throw ObjectBackupStore.unusable(folder, e);
        }
    }

    /**
     * What this one has sent and no more: under the same id somebody else may have a backup. One whose manifest has arrived
     * is whole, whatever was heard of it.
     */
    private boolean removed() {
        try {
            if (objects.stat(ObjectKey.manifest(id)).isEmpty()) {
                Concurrently.each(List.copyOf(sent), SENDERS, objects::delete);
            }
            return true;
        } catch (AfException e) {
            LOG.debug("what was sent of {} could not be removed", id, e);
            return false;
        }
    }
}
