package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.OperationFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A backup on its way into an object store. Each file is sent as soon as it is finished, and the manifest last. */
final class ObjectBackup implements NewBackup {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectBackup.class);
    private static final int SENDERS = 4;
    private static final long END_SECONDS = 30;

    private final ObjectRepository repository;
    private final BackupStore store;
    private final BackupId id;
    private final Path folder;
    private final Map<String, Sending> sent = new ConcurrentHashMap<>();
    private final ExecutorService senders = Executors.newFixedThreadPool(SENDERS, task -> {
        Thread thread = new Thread(task, "upload");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean published;

    /** A file that is being sent, as it was then. */
    private record Sending(Digested content, Future<StoredObject> outcome) {}

    ObjectBackup(ObjectRepository repository, BackupStore store, BackupId id, Path folder) {
        this.repository = repository;
        this.store = store;
        this.id = id;
        this.folder = folder;
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public void finished(String path, Digested content) {
        sent.computeIfAbsent(path, absent -> send(path, content));
    }

    private Sending send(String path, Digested content) {
        return new Sending(
                content,
                senders.submit(
                        () -> store.put(ObjectKey.of(id, path), ObjectContent.of(folder.resolve(path), content))));
    }

    @Override
    public String publish(Map<String, Digested> sealed) {
        try {
            List<String> files = files();
            for (String path : files) {
                if (!path.equals(DirectoryStore.MANIFEST)) {
                    Digested known = sealed.get(path);
                    sendAgainIfChanged(path, known == null ? digest(path) : known);
                }
            }
            for (String path : files) {
                if (!path.equals(DirectoryStore.MANIFEST)) {
                    await(path);
                }
            }
            // Manifest last: a crash before this line leaves objects that nobody takes for a backup.
            store.put(
                    ObjectKey.of(id, DirectoryStore.MANIFEST),
                    ObjectContent.of(folder.resolve(DirectoryStore.MANIFEST), digest(DirectoryStore.MANIFEST)));
            published = true;
            return repository.location(id);
        } catch (IOException e) {
            throw new OperationFailed("the backup cannot be published: " + e.getMessage(), "Check the disk.", e);
        }
    }

    private List<String> files() throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(Files::isRegularFile)
                    .forEach(
                            file -> files.add(folder.relativize(file).toString().replace('\\', '/')));
        }
        return files;
    }

    private Digested digest(String path) throws IOException {
        return FileDigest.of(folder.resolve(path));
    }

    /** A file that was written again after it was sent is sent again: it is not the manifest that has to fit. */
    private void sendAgainIfChanged(String path, Digested content) {
        Sending before = sent.get(path);
        if (before != null && !before.content().equals(content)) {
            settle(before);
            store.delete(ObjectKey.of(id, path));
            sent.remove(path);
        }
        finished(path, content);
    }

    private void await(String path) {
        Sending sending = sent.get(path);
        if (sending == null) {
            throw new IllegalStateException(path + " was not sent");
        }
        try {
            sending.outcome().get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("interrupted while the backup was uploaded", "Run the command again.", e);
        }
    }

    private static void settle(Sending sending) {
        try {
            sending.outcome().get();
        } catch (ExecutionException e) {
            // It is sent again, and that is what counts.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        senders.shutdownNow();
        try {
            boolean removed = published || (senders.awaitTermination(END_SECONDS, TimeUnit.SECONDS) && removed());
            DirectoryStore.deleteTree(folder);
            if (!removed) {
                // Without it nobody would know that there is something to sweep.
                Files.createDirectory(folder);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean removed() {
        try {
            repository.remove(id);
            return true;
        } catch (AfException e) {
            LOG.debug("what was sent of {} could not be removed", id, e);
            return false;
        }
    }
}
