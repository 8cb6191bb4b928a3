package io.agentflow.dr.azure;

import com.azure.core.exception.UnexpectedLengthException;
import com.azure.core.http.rest.PagedIterable;
import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerAsyncClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.DownloadRetryOptions;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectDamaged;
import io.agentflow.dr.store.ObjectExists;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.ObjectMissing;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUri;
import io.agentflow.dr.store.StoredFile;
import io.agentflow.dr.store.StoredObject;
import io.agentflow.dr.store.UploadOutcome;
import io.agentflow.dr.store.UploadPart;
import java.io.InputStream;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Blobs in a container, below a prefix. Nothing is overwritten: every upload is on condition that the key is free. */
final class AzureStore implements ObjectStore {
    private static final int SENDERS = 8;
    private static final int TRIES = 5;
    /** Somebody else was at work on the same key, and either of us may have it the next time. */
    private static final Set<BlobErrorCode> CONTENDED =
            Set.of(BlobErrorCode.INVALID_BLOCK_LIST, BlobErrorCode.BLOB_ALREADY_EXISTS);

    private final StoreUri uri;
    private final AzureOptions options;
    private final BlobContainerClient container;
    private final BlobContainerAsyncClient downloads;
    private final int namesAPage;
    private final UploadOutcome outcome = new UploadOutcome(
            this,
            key -> properties(key)
                    .map(there -> new UploadOutcome.Found(
                            stored(key, there), there.getMetadata().get(Upload.MARK))));
    private final ExecutorService senders = Executors.newFixedThreadPool(SENDERS, task -> {
        Thread thread = new Thread(task, "azure-block");
        thread.setDaemon(true);
        return thread;
    });

    /** @param downloads the same container: only this client gives bytes as they come */
    AzureStore(
            StoreUri uri,
            AzureOptions options,
            BlobContainerClient container,
            BlobContainerAsyncClient downloads,
            int namesAPage) {
        this.uri = uri;
        this.options = options;
        this.container = container;
        this.downloads = downloads;
        this.namesAPage = namesAPage;
    }

    @Override
    public String name() {
        return uri.toString();
    }

    private String named(ObjectKey key) {
        return uri.prefix() + key.text();
    }

    private BlockBlobClient blob(String name) {
        return container.getBlobClient(name).getBlockBlobClient();
    }

    private <T> T asking(Supplier<T> request) {
        try {
            return request.get();
        } catch (RuntimeException e) {
            throw AzureFailures.of(this, e);
        }
    }

    private static boolean is(RuntimeException failure, BlobErrorCode code) {
        return failure instanceof BlobStorageException answer && code.equals(answer.getErrorCode());
    }

    @Override
    public StoredObject put(ObjectKey key, ObjectContent content) {
        Upload upload = Upload.of(key, content);
        boolean large = content.bytes() > options.partBytes();
        // A terabyte is not sent in order to hear in the end that it was not wanted.
        if (large && stat(key).isPresent()) {
            throw new ObjectExists(this, key);
        }
        for (int tries = TRIES; ; tries--) {
            try {
                if (large) {
                    new BlocksUpload(blob(named(key)), options, senders, upload).run();
                } else {
                    putWhole(upload);
                }
                return outcome.confirmed(key, content);
            } catch (AfException e) {
                throw e;
            } catch (UnexpectedLengthException e) {
                throw new ObjectDamaged(
                        "'" + key + "' changed while it was sent: " + e.getBytesRead() + " bytes instead of "
                                + e.getBytesExpected(),
                        "Check the disk it was read from, and run the command again.");
            } catch (RuntimeException e) {
                Optional<StoredObject> stored = outcome.after(e, key, content, upload.mark());
                if (stored.isPresent()) {
                    return stored.get();
                }
                if (tries == 1 || CONTENDED.stream().noneMatch(code -> is(e, code))) {
                    throw AzureFailures.of(this, e);
                }
            }
        }
    }

    private void putWhole(Upload upload) {
        UploadPart all = UploadPart.whole(upload.key(), upload.content(), Upload.md5());
        blob(named(upload.key()))
                .uploadWithResponse(
                        ifFree(upload.body(all))
                                .setContentMd5(Upload.bytes(all.checksum()))
                                .setMetadata(upload.metadata())
                                .setTier(options.tier()),
                        null,
                        BlocksUpload.within(options.timeout(all.bytes())));
    }

    private static BlockBlobSimpleUploadOptions ifFree(BinaryData content) {
        return new BlockBlobSimpleUploadOptions(content)
                .setRequestConditions(new BlobRequestConditions().setIfNoneMatch("*"));
    }

    @Override
    public InputStream open(ObjectKey key, long from) {
        try {
            return new BlobStream(Objects.requireNonNull(downloads
                    .getBlobAsyncClient(named(key))
                    // Broken downloads are taken up by ResumingStream.
                    .downloadStreamWithResponse(
                            new BlobRange(from), new DownloadRetryOptions().setMaxRetryRequests(0), null, false)
                    .block()));
        } catch (RuntimeException e) {
            if (is(e, BlobErrorCode.BLOB_NOT_FOUND)) {
                throw new ObjectMissing(this, key, e);
            }
            if (is(e, BlobErrorCode.INVALID_RANGE)) {
                return InputStream.nullInputStream();
            }
            throw AzureFailures.of(this, e);
        }
    }

    @Override
    public Stream<StoredFile> list(BackupId backup, String after) {
        String folder = folder(backup);
        // Azure lists from a prefix, not from a name on.
        return pages(() -> container.listBlobs(below(folder), null))
                .map(blob -> new StoredFile(
                        blob.getName().substring(folder.length()),
                        blob.getProperties().getContentLength(),
                        true))
                .filter(file -> file.path().compareTo(after) > 0);
    }

    private String folder(BackupId backup) {
        return uri.prefix() + backup + "/";
    }

    @Override
    public Stream<String> names() {
        return pages(() -> container.listBlobsByHierarchy("/", below(uri.prefix()), null))
                .map(blob -> blob.getName().substring(uri.prefix().length()));
    }

    private ListBlobsOptions below(String name) {
        return new ListBlobsOptions().setPrefix(name).setMaxResultsPerPage(namesAPage);
    }

    private Stream<BlobItem> pages(Supplier<PagedIterable<BlobItem>> list) {
        return Stream.iterate(
                        page(list, null),
                        Objects::nonNull,
                        page -> page.getContinuationToken() == null
                                        || page.getContinuationToken().isEmpty()
                                ? null
                                : page(list, page.getContinuationToken()))
                .flatMap(page -> page.getValue().stream());
    }

    private PagedResponse<BlobItem> page(Supplier<PagedIterable<BlobItem>> list, @Nullable String from) {
        return asking(() -> list.get().iterableByPage(from).iterator().next());
    }

    @Override
    public void mark(String name) {
        try {
            blob(uri.prefix() + name).uploadWithResponse(ifFree(BinaryData.fromBytes(new byte[0])), null, Context.NONE);
        } catch (RuntimeException e) {
            // Not written again, either: where blobs are immutable, that is refused.
            if (!is(e, BlobErrorCode.BLOB_ALREADY_EXISTS)) {
                throw AzureFailures.of(this, e);
            }
        }
    }

    @Override
    public void unmark(String name) {
        delete(uri.prefix() + name);
    }

    @Override
    public Optional<StoredObject> stat(ObjectKey key) {
        return properties(key).map(there -> stored(key, there));
    }

    private Optional<BlobProperties> properties(ObjectKey key) {
        try {
            return Optional.of(blob(named(key)).getProperties());
        } catch (RuntimeException e) {
            if (is(e, BlobErrorCode.BLOB_NOT_FOUND)) {
                return Optional.empty();
            }
            throw AzureFailures.of(this, e);
        }
    }

    private static StoredObject stored(ObjectKey key, BlobProperties there) {
        return new StoredObject(
                key,
                there.getBlobSize(),
                there.getLastModified().toInstant(),
                Sha256.parse(there.getMetadata().get(Upload.SHA256)));
    }

    @Override
    public void delete(ObjectKey key) {
        delete(named(key));
    }

    /** Snapshots are somebody's own: a blob that has some is not deleted. */
    private void delete(String name) {
        try {
            blob(name).delete();
        } catch (RuntimeException e) {
            if (!is(e, BlobErrorCode.BLOB_NOT_FOUND)) {
                throw AzureFailures.of(this, e);
            }
        }
    }

    @Override
    public void deleteAll(BackupId backup) {
        String folder = folder(backup);
        list(backup).forEach(file -> delete(folder + file.path()));
    }

    /** Azure throws blocks away that were never made a blob of, a week after the last of them: see {@link BlocksUpload}. */
    @Override
    public void abortUploads(BackupId backup) {}

    @Override
    public void abortUploads(Instant before) {}

    @Override
    public void close() {
        senders.shutdownNow();
    }
}
