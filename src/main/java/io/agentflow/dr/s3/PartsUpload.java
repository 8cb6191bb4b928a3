package io.agentflow.dr.s3;

import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.SendParts;
import io.agentflow.dr.store.UploadPart;
import java.util.List;
import java.util.concurrent.ExecutorService;
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
        return new SendParts<>(senders, Sha256::newDigest, part -> send(id, part))
                .run(
                        upload.key(),
                        upload.content(),
                        options.partBytes(upload.content().bytes()));
    }

    private CompletedPart send(String id, UploadPart part) {
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

    private void abort(String id) {
        try {
            client.abortMultipartUpload(a -> a.bucket(bucket).key(name).uploadId(id));
        } catch (SdkException e) {
            // What is left is invisible, and swept by the next run.
            LOG.debug("an upload could not be given up", e);
        }
    }
}
