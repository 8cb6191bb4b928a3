package io.agentflow.dr.azure;

import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.options.BlockBlobStageBlockOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.agentflow.dr.store.SendParts;
import io.agentflow.dr.store.UploadPart;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Uploads a large object in blocks, several at a time. It comes into being with the last request; until then, and after
 * any failure, there is nothing to see. Blocks of a blob that never came into being are thrown away by Azure within a week.
 * To give them up at once would take a blob of no bytes in their place, and in a container whose blobs are immutable that
 * one would stay, and its key be taken.
 */
final class BlocksUpload {
    private final BlockBlobClient blob;
    private final AzureOptions options;
    private final ExecutorService senders;
    private final Upload upload;

    BlocksUpload(BlockBlobClient blob, AzureOptions options, ExecutorService senders, Upload upload) {
        this.blob = blob;
        this.options = options;
        this.senders = senders;
        this.upload = upload;
    }

    /**
     * Uploads all of it, on condition that nothing is there.
     *
     * @throws RuntimeException of Azure's client, if it fails; the last request may have succeeded all the same
     */
    void run() {
        List<String> blocks = send();
        blob.commitBlockListWithResponse(
                new BlockBlobCommitBlockListOptions(blocks)
                        .setMetadata(upload.metadata())
                        .setTier(options.tier())
                        .setRequestConditions(new BlobRequestConditions().setIfNoneMatch("*")),
                null,
                Context.NONE);
    }

    private List<String> send() {
        long size = options.partBytes(upload.content().bytes());
        return new SendParts<>(senders, Upload::md5, part -> send(part, upload.blockId(part, size)))
                .run(upload.key(), upload.content(), size);
    }

    private String send(UploadPart part, String id) {
        blob.stageBlockWithResponse(
                new BlockBlobStageBlockOptions(id, upload.body(part)).setContentMd5(Upload.bytes(part.checksum())),
                null,
                within(options.timeout(part.bytes())));
        return id;
    }

    /** What the client takes a time limit of one request from. */
    static Context within(Duration time) {
        return new Context("azure-response-timeout", time);
    }
}
