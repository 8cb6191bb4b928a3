package io.agentflow.dr.store;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.ShellWord;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups in an object store. They are built in a staging directory of this machine, whose locks and remains say who is
 * at work and who died: a partial folder there that nobody works on is what the objects without a manifest under the same
 * id were sent from. What another machine is sending is never swept.
 */
public final class ObjectBackupStore implements BackupStore {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectBackupStore.class);
    private static final String EVIDENCE = "evidence/";
    /** What comes after all in the folder of the data, and before evidence and manifest. */
    private static final String BEHIND_DATA = "data0";

    private static final int ASKED_AT_ONCE = 32;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** No upload takes so long: what is older was begun by a machine that will not come back for it. */
    private static final Duration ABANDONED = Duration.ofDays(7);

    private final ObjectStore objects;
    private final StoreUri uri;
    private final DirectoryStore staging;
    private final Clock clock;

    /**
     * @param uri how a command line names it
     * @param staging a directory for this store alone
     */
    public ObjectBackupStore(ObjectStore objects, StoreUri uri, DirectoryStore staging, Clock clock) {
        this.objects = objects;
        this.uri = uri;
        this.staging = staging;
        this.clock = clock;
    }

    @Override
    public String name() {
        return uri.text();
    }

    @Override
    public String address() {
        return uri.text();
    }

    @Override
    public String place() {
        return uri.whereabouts();
    }

    @Override
    public Set<String> marks() {
        try (Stream<String> names = objects.names()) {
            return PlaceMark.among(names);
        }
    }

    @Override
    public Set<String> mark() {
        Set<String> present = marks();
        if (!present.isEmpty()) {
            return present;
        }
        objects.mark(PlaceMark.fresh());
        return marks();
    }

    @Override
    public String location(BackupId id) {
        return objects.name() + "/" + id;
    }

    @Override
    public boolean present() {
        try (Stream<BackupId> backups = objects.backups()) {
            return backups.findAny().isPresent();
        }
    }

    @Override
    public NotFound absent() {
        return new NotFound(
                "there are no backups in " + name(),
                "Check bucket and prefix; the first one is made with: af backup create " + ShellWord.of(name()));
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public Path workspace() {
        return staging.root();
    }

    @Override
    public List<BackupId> ids() {
        return candidates(true);
    }

    @Override
    public List<BackupId> withoutManifest() {
        return candidates(false);
    }

    private List<BackupId> candidates(boolean withManifest) {
        StoreTop top = StoreTop.of(objects);
        Set<BackupId> published = ConcurrentHashMap.newKeySet();
        List<BackupId> unknown = new ArrayList<>();
        for (BackupId id : top.backups()) {
            if (top.published(id)) {
                published.add(id);
            } else {
                unknown.add(id);
            }
        }
        Concurrently.each(unknown, ASKED_AT_ONCE, id -> {
            if (published(id)) {
                published.add(id);
            }
        });
        return top.backups().stream()
                .filter(id -> published.contains(id) == withManifest)
                .toList();
    }

    @Override
    public <T> List<T> each(Look<T> look) {
        StoreTop top = StoreTop.of(objects);
        Map<BackupId, T> seen = new ConcurrentHashMap<>();
        List<BackupId> unknown = new ArrayList<>();
        top.backups().forEach(id -> {
            if (!top.published(id)) {
                unknown.add(id);
            }
        });
        top.backups().parallelStream()
                .forEach(id -> top.head(id).ifPresent(head -> seen.put(id, look.at(id, top.evidence(id), head))));
        Concurrently.each(unknown, ASKED_AT_ONCE, id -> ask(id, look).ifPresent(one -> seen.put(id, one)));
        return top.backups().stream().filter(seen::containsKey).map(seen::get).toList();
    }

    /** One list and one manifest: what lies in the folder of the data, which may be much, is passed over. */
    private <T> Optional<T> ask(BackupId id, Look<T> look) {
        List<String> paths;
        try (Stream<StoredFile> files = objects.list(id, BEHIND_DATA)) {
            paths = files.map(StoredFile::path).toList();
        }
        return paths.contains(ObjectKey.MANIFEST.text())
                ? Optional.of(
                        look.at(id, evidence(paths), () -> new ResumingStream(objects, ObjectKey.manifest(id), PAUSE)))
                : Optional.empty();
    }

    /** The store may have much of what this machine never made: only what was begun here is told. */
    @Override
    public List<String> abandoned() {
        return staging.abandoned();
    }

    private boolean published(BackupId id) {
        return objects.stat(ObjectKey.manifest(id)).isPresent();
    }

    @Override
    public List<StoredFile> files(BackupId id) {
        try (Stream<StoredFile> files = objects.list(id)) {
            return files.toList();
        }
    }

    @Override
    public List<String> evidence(BackupId id) {
        try (Stream<StoredFile> files = objects.list(id, BEHIND_DATA)) {
            return evidence(files.map(StoredFile::path).toList());
        }
    }

    private static List<String> evidence(List<String> paths) {
        return paths.stream()
                .filter(path -> path.startsWith(EVIDENCE))
                .map(path -> path.substring(EVIDENCE.length()))
                .toList();
    }

    @Override
    public InputStream open(ObjectKey key) throws IOException {
        InputStream object = new ResumingStream(objects, key, PAUSE);
        // A stream that opens when it is read from would tell of a missing object too late.
        if (objects.stat(key).isEmpty()) {
            throw new FileNotFoundException("there is no '" + key + "' in " + name());
        }
        return object;
    }

    @Override
    public LocalBackup read(BackupId id) {
        // A reader removes nothing from a store: it may lack the right to, and must not wait for it.
        StoreLock working = StoreLock.hold(staging, dead -> false);
        StoreLock reading = StoreLock.reading(staging, id);
        return new FetchedBackup(objects, id, staging.partial("fetch-" + UUID.randomUUID()), staging, () -> {
            reading.close();
            working.close();
        });
    }

    @Override
    public void addEvidence(BackupId id, String name, byte[] content) throws IOException {
        ObjectKey key = new ObjectKey(id, new BackupPath(EVIDENCE + name));
        if (!published(id)) {
            throw new FileNotFoundException("there is no backup " + id + " in " + name());
        }
        // First: a list that misses evidence might call a damaged backup whole.
        objects.mark(StoreTop.evidenceName(id, name));
        try {
            objects.put(key, ObjectContent.of(content));
        } catch (ObjectExists e) {
            throw (IOException) new FileAlreadyExistsException(key.text()).initCause(e);
        }
    }

    @Override
    public BackupId newId(Instant now, RandomGenerator random) {
        BackupId id = staging.newId(now, random);
        String second = id.text().substring(0, id.text().length() - 4);
        try (Stream<BackupId> taken = objects.backups()) {
            return taken.anyMatch(other -> other.text().startsWith(second)) ? newId(now.plusSeconds(1), random) : id;
        }
    }

    @Override
    public StoreLock building() {
        StoreLock lock = StoreLock.hold(staging, this::removed);
        try {
            objects.abortUploads(clock.instant().minus(ABANDONED));
            return lock;
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Who may not delete can make backups all the same; then the mark stays for somebody who may. */
    private boolean removed(BackupId id) {
        try {
            objects.abortUploads(id);
            // One whose manifest has arrived is whole, whatever its maker heard of it.
            if (!published(id)) {
                List<String> beside = StoreTop.of(objects).entries(id);
                objects.deleteAll(id);
                beside.forEach(objects::unmark);
            }
            return true;
        } catch (AfException e) {
            LOG.debug("what is left of {} could not be removed", id, e);
            return false;
        }
    }

    @Override
    public NewBackup begin(BackupId id) {
        return new ObjectBackup(objects, id, staging.partial(id.text()));
    }

    @Override
    public IncomingBackup receive(BackupId id) {
        CopyFolder mark = CopyFolder.of(staging, id, this::removed);
        try {
            return new ObjectCopy(objects, id, mark);
        } catch (RuntimeException e) {
            mark.close();
            throw e;
        }
    }

    @Override
    public void delete(BackupId id, Runnable lastLook) {
        requireThere(id);
        try {
            staging.make();
            StoreLock alone = StoreLock.deleting(staging, id);
            try {
                // Whoever had the lock before may have deleted it.
                requireThere(id);
                lastLook.run();
                requireNotLocked(id);
                deleteAlone(id);
            } finally {
                alone.close();
            }
        } catch (IOException e) {
            throw new OperationFailed(
                    "the backup cannot be deleted: " + Reason.of(e), "Check " + staging.root() + ".", e);
        }
    }

    private void requireThere(BackupId id) {
        if (!published(id)) {
            throw new NotFound(
                    "there is no backup " + id + " in " + name(), "See: af backup list " + ShellWord.of(name()));
        }
    }

    /** Deleted all the same, it would be out of sight, and paid for until the lock ends. */
    private void requireNotLocked(BackupId id) {
        objects.locked(ObjectKey.manifest(id)).ifPresent(lock -> {
            throw new Refused(
                    "backup " + id + " in " + name() + " is " + lock, "Leave it: the store keeps it until then.");
        });
    }

    private void deleteAlone(BackupId id) throws IOException {
        // A mark for whoever sweeps, should this be cut short.
        Path mark = staging.partial(id.text());
        List<String> beside = StoreTop.of(objects).entries(id);
        try {
            // What a list shows and the manifest first: what is half deleted is no backup.
            beside.forEach(objects::unmark);
            objects.delete(ObjectKey.manifest(id));
        } catch (AfException e) {
            // One that the store does not give up is whole, and may be deleted another time.
            if (!e.retryable()) {
                FolderTree.delete(mark);
            }
            throw e;
        }
        objects.deleteAll(id);
        FolderTree.delete(mark);
    }

    /** The failure of a staging directory that cannot be used. */
    static Refused unusable(Path folder, IOException e) {
        return new Refused(
                "the staging directory " + folder + " cannot be used: " + Reason.of(e),
                "Check the disk and its rights.",
                e);
    }
}
