package io.agentflow.dr.s3;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Sha256;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;

/**
 * Uploads a large object in parts, several at a time. It comes into being with the last request; until then, and after
 * any failure, there is nothing to see.
 */
final class PartsUpload {
    private static final Logger LOG = LoggerFactory.getLogger(PartsUpload.class);
    private static final int AT_ONCE = 4;

    private final S3Client client;
    private final S3Options options;
    private final ExecutorService senders;
    private final String bucket;
    private final String name;
    private final Upload upload;

    PartsUpload(
            S3Client client, S3Options options, ExecutorService senders, String bucket, String name, Upload upload) {
        this.client = client;
        this.options = options;
        this.senders = senders;
        this.bucket = bucket;
        this.name = name;
        this.upload = upload;
    }

    /**
     * Uploads all of it.
     *
     * @throws SdkException if S3 fails; the last request may have succeeded all the same
     */
    void run(CreateMultipartUploadRequest.Builder request) {
        String id = client.createMultipartUpload(request.bucket(bucket)
                        .key(name)
                        .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                        .metadata(upload.metadata())
                        .build())
                .uploadId();
        boolean complete = false;
        try {
            List<CompletedPart> parts = send(id);
            client.completeMultipartUpload(c ->
                    c.bucket(bucket).key(name).uploadId(id).ifNoneMatch("*").multipartUpload(all -> all.parts(parts)));
            complete = true;
        } finally {
            if (!complete) {
                abort(id);
            }
        }
    }

    private List<CompletedPart> send(String id) {
        MessageDigest whole = Sha256.newDigest();
        long total = upload.content().bytes();
        long size = options.partBytes(total);
        List<CompletedPart> sent = new ArrayList<>();
        Deque<Future<CompletedPart>> underWay = new ArrayDeque<>();
        try {
            long read = 0;
            for (int number = 1; read < total; number++) {
                Upload.Part part = upload.read(number, read, Math.min(size, total - read), whole);
                read += part.bytes();
                if (part.bytes() == 0) {
                    break;
                }
                underWay.add(senders.submit(() -> send(id, part)));
                if (underWay.size() == AT_ONCE) {
                    sent.add(result(underWay.remove()));
                }
            }
            long beyond = upload.read(0, total, 1, whole).bytes();
            upload.content().require(upload.key(), new Digested(read + beyond, Sha256.of(whole)));
            while (!underWay.isEmpty()) {
                sent.add(result(underWay.remove()));
            }
            return sent;
        } finally {
            // A part that arrives after the upload was given up would be kept, and paid for.
            underWay.forEach(PartsUpload::await);
        }
    }

    private CompletedPart send(String id, Upload.Part part) {
        String tag = client.uploadPart(
                        request -> request.bucket(bucket)
                                .key(name)
                                .uploadId(id)
                                .partNumber(part.number())
                                .contentLength(part.bytes())
                                .checksumSHA256(part.checksum())
                                .overrideConfiguration(o -> o.apiCallAttemptTimeout(options.timeout(part.bytes()))),
                        upload.body(part))
                .eTag();
        return CompletedPart.builder()
                .partNumber(part.number())
                .eTag(tag)
                .checksumSHA256(part.checksum())
                .build();
    }

    private static CompletedPart result(Future<CompletedPart> part) {
        try {
            return part.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("interrupted while an object was uploaded", "Run the command again.", e);
        }
    }

    private static void await(Future<CompletedPart> part) {
        try {
            part.get();
        } catch (ExecutionException e) {
            LOG.debug("a part was given up", e);
        } catch (InterruptedException e) {
            part.cancel(true);
            Thread.currentThread().interrupt();
        }
    }

    private void abort(String id) {
        try {
            client.abortMultipartUpload(a -> a.bucket(bucket).key(name).uploadId(id));
        } catch (SdkException e) {
            // What is left is invisible, and swept by the next run.
            LOG.debug("an upload could not be given up", e);
        }
    }
}
