package io.agentflow.dr.gcs;

import com.google.api.gax.paging.Page;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.StorageException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.Concurrently;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectExists;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.ObjectMissing;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.store.StoreUri;
import io.agentflow.dr.store.StoredFile;
import io.agentflow.dr.store.StoredObject;
import io.agentflow.dr.store.UploadOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Objects in a bucket of Google's, below a prefix. Nothing is overwritten: every upload is on condition of no object. */
final class GcsStore implements ObjectStore {
    /** What is no larger goes in one request, from memory. */
    private static final int SMALL = 1024 * 1024;
    /** The largest object that there can be. */
    private static final long LARGEST = 5L << 40;
    /** Of all chunks that are under way together. */
    private static final int CHUNKS_IN_MEMORY = 32 * 1024 * 1024;

    private static final int DELETED_AT_ONCE = 16;
    private static final int PAGE = 1000;

    private final StoreUri uri;
    private final GcsOptions options;
    private final Semaphore chunks;
    private final UploadOutcome outcome = new UploadOutcome(
            this,
            key -> head(key)
                    .map(there -> new UploadOutcome.Found(
                            stored(key, there), metadata(there).get(GcsUpload.MARK))));
    private @Nullable GcsClients clients;

    GcsStore(StoreUri uri, GcsOptions options) {
        this.uri = uri;
        this.options = options;
        this.chunks = new Semaphore(CHUNKS_IN_MEMORY / options.chunkBytes());
    }

    @Override
    public String name() {
        return uri.toString();
    }

    private BlobId place(ObjectKey key) {
        return place(key.text());
    }

    private BlobId place(String name) {
        return BlobId.of(uri.place(), uri.prefix() + name);
    }

    /** Made when it is first needed: to find credentials may take a request. */
    private synchronized GcsClients clients() {
        GcsClients known = clients;
        if (known == null) {
            known = GcsClients.of(this, options);
            clients = known;
        }
        return known;
    }

    private <T> T asking(Function<Storage, T> request) {
        try {
            return request.apply(clients().requests());
        } catch (StorageException e) {
            throw GcsFailures.of(this, e);
        }
    }

    @Override
    public StoredObject put(ObjectKey key, ObjectContent content) {
        requirePossible(key, content.bytes());
        GcsUpload upload = GcsUpload.of(key, content, place(key), options);
        boolean large = content.bytes() > SMALL;
        // A terabyte is not sent in order to hear in the end that it was not wanted.
        if (large && stat(key).isPresent()) {
            throw new ObjectExists(this, key);
        }
        try {
            return large
                    ? inChunks(upload)
                    : outcome.confirmed(
                            content, stored(key, upload.whole(clients().requests())));
        } catch (StorageException e) {
            return outcome.after(e, key, content, upload.mark()).orElseThrow(() -> GcsFailures.of(this, e));
        }
    }

    private static void requirePossible(ObjectKey key, long bytes) {
        if (bytes > LARGEST) {
            throw new Refused(
                    "'" + key + "' has " + bytes + " bytes, and Google Cloud Storage takes no object beyond " + LARGEST
                            + " (5 TiB)",
                    "Divide the table into partitions, or keep this database in a directory.");
        }
    }

    private StoredObject inChunks(GcsUpload upload) {
        try {
            chunks.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("interrupted while an object was uploaded", "Run the command again.", e);
        }
        try {
            upload.inChunks(clients().requests());
        } finally {
            chunks.release();
        }
        return outcome.confirmed(upload.key(), upload.content());
    }

    @Override
    public InputStream open(ObjectKey key, long from) {
        try {
            GcsDownload download = new GcsDownload(clients().downloads().reader(place(key)), from);
            if (download.empty()) {
                requireNothingBehind(key, from);
            }
            return download;
        } catch (StorageException e) {
            return unopened(key, e);
        } catch (IOException e) {
            if (e.getCause() instanceof StorageException answer) {
                return unopened(key, answer);
            }
            throw StoreUnreachable.passing(this, "'" + key + "': " + e.getMessage(), e);
        }
    }

    private void requireNothingBehind(ObjectKey key, long from) {
        StoredObject there = stat(key).orElseThrow(() -> new ObjectMissing(this, key, null));
        if (there.bytes() > from) {
            throw StoreUnreachable.passing(this, "'" + key + "' ended before it began", null);
        }
    }

    private InputStream unopened(ObjectKey key, StorageException failure) {
        if (failure.getCode() == 404) {
            throw new ObjectMissing(this, key, failure);
        }
        if (failure.getCode() == 416) {
            return InputStream.nullInputStream();
        }
        throw GcsFailures.of(this, failure);
    }

    @Override
    public Stream<StoredFile> list(BackupId backup, String after) {
        String folder = uri.prefix() + backup + "/";
        return pages(
                        BlobListOption.prefix(folder),
                        // Includes the name itself.
                        BlobListOption.startOffset(folder + after),
                        BlobListOption.fields(BlobField.NAME, BlobField.SIZE),
                        BlobListOption.pageSize(PAGE))
                .filter(object -> !object.getName().equals(folder + after))
                .map(object -> new StoredFile(object.getName().substring(folder.length()), object.getSize(), true));
    }

    @Override
    public Stream<String> names() {
        return pages(
                        BlobListOption.prefix(uri.prefix()),
                        BlobListOption.currentDirectory(),
                        BlobListOption.fields(BlobField.NAME),
                        BlobListOption.pageSize(PAGE))
                .map(object -> object.getName().substring(uri.prefix().length()))
                // What Google's console calls a folder is an object of that name.
                .filter(name -> !name.isEmpty());
    }

    private Stream<Blob> pages(BlobListOption... which) {
        Page<Blob> first = asking(client -> client.list(uri.place(), which));
        return Stream.iterate(
                        first,
                        Objects::nonNull,
                        page -> page.hasNextPage() ? asking(client -> page.getNextPage()) : null)
                .flatMap(page -> stream(page.getValues()));
    }

    private static Stream<Blob> stream(Iterable<Blob> page) {
        return java.util.stream.StreamSupport.stream(page.spliterator(), false);
    }

    @Override
    public void mark(String name) {
        try {
            // On condition, too: to overwrite takes the right to delete, and the end of any retention.
            clients()
                    .requests()
                    .create(
                            BlobInfo.newBuilder(place(name))
                                    .setStorageClass(options.storageClass())
                                    .build(),
                            new byte[0],
                            Storage.BlobTargetOption.doesNotExist(),
                            Storage.BlobTargetOption.disableGzipContent());
        } catch (StorageException e) {
            if (e.getCode() != 412) {
                throw GcsFailures.of(this, e);
            }
        }
    }

    @Override
    public void unmark(String name) {
        asking(client -> client.delete(place(name)));
    }

    @Override
    public Optional<StoredObject> stat(ObjectKey key) {
        return head(key).map(there -> stored(key, there));
    }

    private Optional<Blob> head(ObjectKey key) {
        return Optional.ofNullable(asking(client -> client.get(
                place(key),
                Storage.BlobGetOption.fields(BlobField.NAME, BlobField.SIZE, BlobField.UPDATED, BlobField.METADATA))));
    }

    private static StoredObject stored(ObjectKey key, BlobInfo there) {
        return new StoredObject(
                key,
                there.getSize(),
                there.getUpdateTimeOffsetDateTime().toInstant(),
                Sha256.parse(metadata(there).get(GcsUpload.SHA256)));
    }

    private static Map<String, String> metadata(BlobInfo there) {
        return there.getMetadata() == null ? Map.of() : there.getMetadata();
    }

    @Override
    public void delete(ObjectKey key) {
        asking(client -> client.delete(place(key)));
    }

    @Override
    public void deleteAll(BackupId backup) {
        try (Stream<StoredFile> files = list(backup)) {
            List<BlobId> all =
                    files.map(file -> place(backup + "/" + file.path())).toList();
            Concurrently.each(all, DELETED_AT_ONCE, one -> asking(client -> client.delete(one)));
        }
    }

    /** Nothing to do: what was not completed is invisible, and the server forgets it after a week. */
    @Override
    public void abortUploads(BackupId backup) {}

    /** Nothing to do, as above. */
    @Override
    public void abortUploads(Instant before) {}

    @Override
    public synchronized void close() {
        GcsClients open = clients;
        if (open != null) {
            open.close();
        }
    }
}
