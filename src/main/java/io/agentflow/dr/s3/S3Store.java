package io.agentflow.dr.s3;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.ObjectContent;
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
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Objects in a bucket, below a prefix. Nothing is overwritten: every upload is on condition that the key is free. */
final class S3Store implements ObjectStore {
    private static final int SENDERS = 8;
    private static final int TRIES = 5;
    private static final String NOTHING =
            Base64.getEncoder().encodeToString(Sha256.newDigest().digest());

    private final StoreUri uri;
    private final S3Options options;
    private final S3Client client;
    private final Clock clock;
    private final UploadOutcome outcome = new UploadOutcome(
            this,
            key -> head(key)
                    .map(there -> new UploadOutcome.Found(
                            stored(key, there), there.metadata().get(Upload.MARK))));
    private final ExecutorService senders = Executors.newFixedThreadPool(SENDERS, task -> {
        Thread thread = new Thread(task, "s3-part");
        thread.setDaemon(true);
        return thread;
    });

    S3Store(StoreUri uri, S3Options options, S3Client client, Clock clock) {
        this.uri = uri;
        this.options = options;
        this.client = client;
        this.clock = clock;
    }

    @Override
    public String name() {
        return uri.toString();
    }

    private String named(ObjectKey key) {
        return uri.prefix() + key.text();
    }

    private <T> T asking(Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            throw S3Failures.of(this, e);
        }
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
                    new PartsUpload(client, options, senders, uri.place(), named(key), upload).run(forParts());
                } else {
                    putWhole(upload);
                }
                return outcome.confirmed(key, content);
            } catch (SdkException e) {
                Optional<StoredObject> stored = outcome.after(e, key, content, upload.mark());
                if (stored.isPresent()) {
                    return stored.get();
                }
                if (tries == 1 || status(e) != 409) {
                    throw S3Failures.of(this, e);
                }
            }
        }
    }

    private void putWhole(Upload upload) {
        UploadPart all = UploadPart.whole(upload.key(), upload.content(), Sha256.newDigest());
        client.putObject(
                whole().bucket(uri.place())
                        .key(named(upload.key()))
                        .ifNoneMatch("*")
                        .contentLength(all.bytes())
                        .checksumSHA256(all.checksum())
                        .metadata(upload.metadata())
                        .overrideConfiguration(o -> o.apiCallAttemptTimeout(options.timeout(all.bytes())))
                        .build(),
                upload.body(all));
    }

    private PutObjectRequest.Builder whole() {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .serverSideEncryption(options.encryption())
                .ssekmsKeyId(options.kmsKey())
                .storageClass(options.storageClass());
        return options.lockMode() == null
                ? request
                : request.objectLockMode(options.lockMode()).objectLockRetainUntilDate(lockedUntil());
    }

    private CreateMultipartUploadRequest.Builder forParts() {
        CreateMultipartUploadRequest.Builder request = CreateMultipartUploadRequest.builder()
                .serverSideEncryption(options.encryption())
                .ssekmsKeyId(options.kmsKey())
                .storageClass(options.storageClass());
        return options.lockMode() == null
                ? request
                : request.objectLockMode(options.lockMode()).objectLockRetainUntilDate(lockedUntil());
    }

    private Instant lockedUntil() {
        return clock.instant().plus(options.lockTime());
    }

    private static int status(SdkException e) {
        return e instanceof S3Exception answer ? answer.statusCode() : 0;
    }

    @Override
    public InputStream open(ObjectKey key, long from) {
        try {
            return new ObjectStream(client.getObject(request -> {
                request.bucket(uri.place()).key(named(key));
                if (from > 0) {
                    request.range("bytes=" + from + "-");
                }
            }));
        } catch (NoSuchKeyException e) {
            throw new ObjectMissing(this, key, e);
        } catch (S3Exception e) {
            if (e.statusCode() == 416) {
                return InputStream.nullInputStream();
            }
            throw S3Failures.of(this, e);
        } catch (SdkException e) {
            throw S3Failures.of(this, e);
        }
    }

    @Override
    public Stream<StoredFile> list(BackupId backup, String after) {
        String folder = folder(backup);
        return pages(folder, null, after.isEmpty() ? null : folder + after)
                .flatMap(page -> page.contents().stream())
                .map(object -> new StoredFile(object.key().substring(folder.length()), object.size(), true));
    }

    private String folder(BackupId backup) {
        return uri.prefix() + backup + "/";
    }

    @Override
    public Stream<String> names() {
        return pages(uri.prefix(), "/", null)
                .flatMap(page -> Stream.concat(
                        page.commonPrefixes().stream().map(CommonPrefix::prefix),
                        page.contents().stream().map(S3Object::key)))
                .map(name -> name.substring(uri.prefix().length()));
    }

    @Override
    public void mark(String name) {
        // Under a lock S3 takes nothing that does not bring its checksum.
        asking(() -> client.putObject(
                whole().bucket(uri.place())
                        .key(uri.prefix() + name)
                        .checksumSHA256(NOTHING)
                        .build(),
                RequestBody.empty()));
    }

    @Override
    public void unmark(String name) {
        asking(() -> client.deleteObject(request -> request.bucket(uri.place()).key(uri.prefix() + name)));
    }

    private Stream<ListObjectsV2Response> pages(String prefix, @Nullable String delimiter, @Nullable String after) {
        return Stream.iterate(
                page(prefix, delimiter, after, null),
                Objects::nonNull,
                page -> Boolean.TRUE.equals(page.isTruncated())
                        ? page(prefix, delimiter, after, page.nextContinuationToken())
                        : null);
    }

    private ListObjectsV2Response page(
            String prefix, @Nullable String delimiter, @Nullable String after, @Nullable String from) {
        return asking(() -> client.listObjectsV2(request -> request.bucket(uri.place())
                .prefix(prefix)
                .delimiter(delimiter)
                .startAfter(from == null ? after : null)
                .continuationToken(from)));
    }

    @Override
    public Optional<StoredObject> stat(ObjectKey key) {
        return head(key).map(head -> stored(key, head));
    }

    private Optional<HeadObjectResponse> head(ObjectKey key) {
        try {
            return Optional.of(
                    client.headObject(request -> request.bucket(uri.place()).key(named(key))));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Failures.of(this, e);
        }
    }

    private static StoredObject stored(ObjectKey key, HeadObjectResponse head) {
        return new StoredObject(
                key,
                head.contentLength(),
                head.lastModified(),
                Sha256.parse(head.metadata().get(Upload.SHA256)));
    }

    @Override
    public Optional<String> locked(ObjectKey key) {
        return head(key).flatMap(head -> {
            Instant until = head.objectLockRetainUntilDate();
            if (head.objectLockLegalHoldStatus() == ObjectLockLegalHoldStatus.ON) {
                return Optional.of("under a legal hold");
            }
            return until != null && until.isAfter(clock.instant())
                    ? Optional.of("locked until " + until)
                    : Optional.empty();
        });
    }

    @Override
    public void delete(ObjectKey key) {
        asking(() -> client.deleteObject(request -> request.bucket(uri.place()).key(named(key))));
    }

    @Override
    public void deleteAll(BackupId backup) {
        String folder = folder(backup);
        list(backup)
                .forEach(file -> asking(() -> client.deleteObject(
                        request -> request.bucket(uri.place()).key(folder + file.path()))));
    }

    @Override
    public void abortUploads(BackupId backup) {
        abort(folder(backup), Instant.MAX);
    }

    @Override
    public void abortUploads(Instant before) {
        abort(uri.prefix(), before);
    }

    private void abort(String prefix, Instant before) {
        ListMultipartUploadsResponse page = uploads(prefix, null);
        while (true) {
            page.uploads().stream()
                    .filter(upload -> upload.key().startsWith(prefix)
                            && upload.initiated().isBefore(before))
                    .forEach(upload -> asking(() -> client.abortMultipartUpload(request ->
                            request.bucket(uri.place()).key(upload.key()).uploadId(upload.uploadId()))));
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                return;
            }
            page = uploads(prefix, page);
        }
    }

    private ListMultipartUploadsResponse uploads(String prefix, @Nullable ListMultipartUploadsResponse after) {
        return asking(() -> client.listMultipartUploads(request -> {
            request.bucket(uri.place()).prefix(prefix);
            if (after != null) {
                request.keyMarker(after.nextKeyMarker()).uploadIdMarker(after.nextUploadIdMarker());
            }
        }));
    }

    @Override
    public void close() {
        senders.shutdownNow();
        client.close();
    }
}
