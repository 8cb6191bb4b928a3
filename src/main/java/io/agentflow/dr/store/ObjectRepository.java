package io.agentflow.dr.store;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups in an object store. They are built in a staging directory of this machine, whose locks and remains say who is
 * at work and who died: a partial folder there that nobody works on is what the objects without a manifest under the same
 * id were sent from.
 */
public final class ObjectRepository implements Repository {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectRepository.class);
    private static final int AT_ONCE = 32;
    private static final String EVIDENCE = "evidence/";
    /** No upload takes so long: what is older was begun by a machine that will not come back for it. */
    private static final Duration ABANDONED = Duration.ofDays(7);

    private final BackupStore store;
    private final String argument;
    private final DirectoryStore staging;
    private final Clock clock;

    /** @param staging a directory for this store alone */
    public ObjectRepository(BackupStore store, String argument, DirectoryStore staging, Clock clock) {
        this.store = store;
        this.argument = argument;
        this.staging = staging;
        this.clock = clock;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public String argument() {
        return argument;
    }

    @Override
    public String address() {
        return argument;
    }

    private List<BackupId> candidates() {
        try (Stream<String> folders = store.folders()) {
            return folders.flatMap(folder -> BackupId.parse(folder).stream())
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private boolean published(BackupId id) {
        return store.stat(ObjectKey.of(id, DirectoryStore.MANIFEST)).isPresent();
    }

    @Override
    public List<BackupId> ids() {
        List<BackupId> candidates = candidates();
        List<Boolean> published = each(candidates, this::published);
        return IntStream.range(0, candidates.size())
                .filter(published::get)
                .mapToObj(candidates::get)
                .toList();
    }

    @Override
    public Optional<BackupId> newest() {
        return candidates().stream().filter(this::published).findFirst();
    }

    @Override
    public <T> List<T> each(List<BackupId> ids, Function<BackupId, T> work) {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(ids.size(), AT_ONCE)));
        try {
            List<Future<T>> results =
                    ids.stream().map(id -> threads.submit(() -> work.apply(id))).toList();
            return results.stream().map(ObjectRepository::result).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the store was asked", e);
        }
    }

    @Override
    public InputStream manifest(BackupId id) {
        return new ResumingStream(store, ObjectKey.of(id, DirectoryStore.MANIFEST), FetchObject.PAUSE);
    }

    @Override
    public List<String> evidence(BackupId id) {
        String folder = id.text() + "/" + EVIDENCE;
        try (Stream<StoredObject> objects = store.list(folder)) {
            return objects.map(object -> object.key().text().substring(folder.length()))
                    .toList();
        }
    }

    @Override
    public void addEvidence(BackupId id, String name, byte[] content) {
        store.put(ObjectKey.of(id, EVIDENCE + name), ObjectContent.of(content));
    }

    @Override
    public BackupId newId(Instant now, RandomGenerator random) {
        BackupId id = staging.newId(now, random);
        String second = id.text().substring(0, id.text().length() - 4);
        return candidates().stream().anyMatch(taken -> taken.text().startsWith(second))
                ? newId(now.plusSeconds(1), random)
                : id;
    }

    @Override
    public StoreLock building() {
        StoreLock lock = StoreLock.hold(staging, this::removed);
        try {
            store.sweep("", clock.instant().minus(ABANDONED));
            return lock;
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Who may not delete can make backups all the same; then the mark stays for somebody who may. */
    private boolean removed(BackupId id) {
        try {
            remove(id);
            return true;
        } catch (AfException e) {
            LOG.debug("what is left of {} could not be removed", id, e);
            return false;
        }
    }

    /**
     * Removes what was sent of a backup that was never published. One whose manifest has arrived is left alone: it is
     * whole, whatever its maker heard of it.
     */
    void remove(BackupId id) {
        if (!published(id)) {
            removeObjects(id);
        }
    }

    private void removeObjects(BackupId id) {
        String folder = id.text() + "/";
        store.sweep(folder, Instant.MAX);
        try (Stream<StoredObject> objects = store.list(folder)) {
            objects.forEach(object -> store.delete(object.key()));
        }
    }

    @Override
    public StoreLock reading(BackupId id) {
        makeStaging();
        return StoreLock.reading(staging, id);
    }

    private void makeStaging() {
        try {
            staging.make();
        } catch (IOException e) {
            throw new Refused(
                    "the staging directory " + staging.root() + " cannot be made: " + e.getMessage(),
                    "Let af.staging-dir name one that can.",
                    e);
        }
    }

    @Override
    public NewBackup begin(BackupId id) {
        return new ObjectBackup(this, store, id, staging.beginFolder(id));
    }

    @Override
    public BackupFiles files(BackupId id) {
        // A reader removes nothing from a store: it may lack the right to, and must not wait for it.
        StoreLock lock = StoreLock.hold(staging, dead -> false);
        try {
            return new FetchedFiles(store, argument, id, staging.beginFetch(), staging.permissions(), lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    @Override
    public void delete(BackupId id) {
        if (!published(id)) {
            throw new NotFound("there is no backup " + id + " in " + name(), "See: af backup list " + argument);
        }
        makeStaging();
        try {
            StoreLock alone = StoreLock.deleting(staging, id);
            try {
                deleteAlone(id);
            } finally {
                alone.close();
            }
        } catch (IOException e) {
            throw new OperationFailed(
                    "the backup cannot be deleted: " + e.getMessage(), "Check " + staging.root() + ".", e);
        }
    }

    private void deleteAlone(BackupId id) throws IOException {
        // A mark for whoever sweeps, should this be cut short.
        Path mark = staging.beginFolder(id);
        // Manifest first: what is half deleted is no backup.
        store.delete(ObjectKey.of(id, DirectoryStore.MANIFEST));
        removeObjects(id);
        DirectoryStore.deleteTree(mark);
    }

    @Override
    public String location(BackupId id) {
        return name() + "/" + id;
    }

    @Override
    public Path workspace() {
        return staging.root();
    }
}
