package io.agentflow.dr.azure;

import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.options.BlockBlobStageBlockOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Sha256;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads a large object in blocks, several at a time. It comes into being with the last request; until then, and after
 * any failure, there is nothing to see. Blocks of a blob that never came into being are thrown away by Azure within a week.
 * To give them up at once would take a blob of no bytes in their place, and in a container whose blobs are immutable that
 * one would stay, and its key be taken.
 */
final class BlocksUpload {
    private static final Logger LOG = LoggerFactory.getLogger(BlocksUpload.class);
    private static final int AT_ONCE = 4;

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
        MessageDigest whole = Sha256.newDigest();
        long total = upload.content().bytes();
        long size = options.partBytes(total);
        List<String> sent = new ArrayList<>();
        Deque<Future<String>> underWay = new ArrayDeque<>();
        try {
            long read = 0;
            for (int number = 1; read < total; number++) {
                Upload.Part part = upload.read(number, read, Math.min(size, total - read), whole);
                read += part.bytes();
                if (part.bytes() == 0) {
                    break;
                }
                underWay.add(senders.submit(() -> send(part, upload.blockId(part, size))));
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
            // Whoever tries again must not be overtaken by a block of this try.
            underWay.forEach(BlocksUpload::await);
        }
    }

    private String send(Upload.Part part, String id) {
        blob.stageBlockWithResponse(
                new BlockBlobStageBlockOptions(id, upload.body(part)).setContentMd5(part.checksum()),
                null,
                within(options.timeout(part.bytes())));
        return id;
    }

    /** What the client takes a time limit of one request from. */
    static Context within(Duration time) {
        return new Context("azure-response-timeout", time);
    }

    private static String result(Future<String> block) {
        try {
            return block.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("interrupted while an object was uploaded", "Run the command again.", e);
        }
    }

    private static void await(Future<String> block) {
        try {
            block.get();
        } catch (ExecutionException e) {
            LOG.debug("a block was given up", e);
        } catch (InterruptedException e) {
            block.cancel(true);
            Thread.currentThread().interrupt();
        }
    }
}
