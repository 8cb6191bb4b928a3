package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup that is copied into an object store, manifest last. The folder in the staging directory says that this machine
 * has begun it.
 */
final class ObjectCopy implements IncomingBackup {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectCopy.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ObjectStore objects;
    private final BackupId id;
    private final CopyFolder mark;
    private final Set<String> before;

    ObjectCopy(ObjectStore objects, BackupId id, CopyFolder mark) {
        this.objects = objects;
        this.id = id;
        this.mark = mark;
        if (mark.begunBefore()) {
            giveUpUploads();
        }
        try (Stream<StoredFile> files = objects.list(id)) {
            this.before = files.map(StoredFile::path).collect(Collectors.toUnmodifiableSet());
        }
    }

    /** Those of this machine's earlier try. Who may not do that can copy all the same. */
    private void giveUpUploads() {
        try {
            objects.abortUploads(id);
        } catch (AfException e) {
            LOG.debug("the uploads of {} could not be given up", id, e);
        }
    }

    @Override
    public boolean has(BackupPath path, Digested content) {
        if (!before.contains(path.text())) {
            return false;
        }
        ObjectKey key = new ObjectKey(id, path);
        if (stored(key, content)) {
            return true;
        }
        if (objects.stat(ObjectKey.manifest(id)).isPresent()) {
            throw exists(null);
        }
        objects.delete(key);
        return false;
    }

    private boolean stored(ObjectKey key, Digested content) {
        Optional<StoredObject> there = objects.stat(key);
        return there.isPresent()
                && there.get().bytes() == content.bytes()
                && (there.get().sha256() == null
                        ? read(key).equals(content)
                        : content.sha256().equals(there.get().sha256()));
    }

    /** Where the store keeps no digest. */
    private Digested read(ObjectKey key) {
        try (DigestingStream object = new DigestingStream(new ResumingStream(objects, key, PAUSE))) {
            object.transferTo(OutputStream.nullOutputStream());
            return object.result();
        } catch (IOException e) {
            throw new OperationFailed("'" + key + "' cannot be read: " + Reason.of(e), "Run the command again.", e);
        }
    }

    private OperationFailed exists(@org.jspecify.annotations.Nullable Throwable cause) {
        return new OperationFailed(
                "another backup " + id + " exists in " + objects.name() + " by now",
                "Compare the two: af backup show " + id + " STORE --json.",
                cause);
    }

    /** Another machine may be copying the same backup, and is welcome to. */
    @Override
    public void put(BackupPath path, Path file, Digested content) {
        ObjectKey key = new ObjectKey(id, path);
        try {
            objects.put(key, ObjectContent.of(file, content));
        } catch (ObjectExists e) {
            if (!stored(key, content)) {
                throw e;
            }
        }
    }

    @Override
    public void publish(Path manifest, Digested content) {
        try {
            // Manifest last: a crash before this line leaves objects that nobody takes for a backup.
            put(ObjectKey.MANIFEST, manifest, content);
        } catch (ObjectExists e) {
            throw exists(e);
        }
        try {
            StoreTop.headName(id, manifest).ifPresent(objects::mark);
        } catch (AfException | IOException e) {
            LOG.debug("the head of {} could not be told", id, e);
        }
        try {
            FolderTree.delete(mark.folder());
        } catch (IOException e) {
            LOG.debug("{} is left for a later copy to sweep", mark.folder(), e);
        }
    }

    @Override
    public void close() {
        mark.close();
    }
}
