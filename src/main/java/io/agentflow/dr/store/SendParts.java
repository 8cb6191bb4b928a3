package io.agentflow.dr.store;

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
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a large object in parts, several at a time. Each is read twice, once for its digest and once to be sent: none is
 * held in memory.
 *
 * @param <T> what the store says of a part
 */
public final class SendParts<T> {
    private static final Logger LOG = LoggerFactory.getLogger(SendParts.class);
    private static final int AT_ONCE = 4;

    private final ExecutorService senders;
    private final Supplier<MessageDigest> digests;
    private final Function<UploadPart, T> send;

    /**
     * @param digests what the server compares parts by
     * @param send sends one; throws a {@link RuntimeException} if that fails
     */
    public SendParts(ExecutorService senders, Supplier<MessageDigest> digests, Function<UploadPart, T> send) {
        this.senders = senders;
        this.digests = digests;
        this.send = send;
    }

    /**
     * Sends all of it. When this returns or throws, nothing of it is on its way any more: a part that arrived after its
     * upload was given up would be kept and paid for, or overtake one of the next try.
     *
     * @param size of a part
     * @return what the store said, in the order of the parts
     * @throws ObjectDamaged if it is not what it should be
     */
    public List<T> run(ObjectKey key, ObjectContent content, long size) {
        MessageDigest whole = Sha256.newDigest();
        long total = content.bytes();
        List<T> sent = new ArrayList<>();
        Deque<Future<T>> underWay = new ArrayDeque<>();
        try {
            long read = 0;
            for (int number = 1; read < total; number++) {
                UploadPart part =
                        UploadPart.read(key, content, number, read, Math.min(size, total - read), digests.get(), whole);
                read += part.bytes();
                if (part.bytes() == 0) {
                    break;
                }
                underWay.add(senders.submit(() -> send.apply(part)));
                if (underWay.size() == AT_ONCE) {
                    sent.add(result(underWay.remove()));
                }
            }
            long beyond = UploadPart.read(key, content, 0, total, 1, digests.get(), whole)
                    .bytes();
            content.require(key, new Digested(read + beyond, Sha256.of(whole)));
            while (!underWay.isEmpty()) {
                sent.add(result(underWay.remove()));
            }
            return sent;
        } finally {
            underWay.forEach(SendParts::await);
        }
    }

    private static <T> T result(Future<T> part) {
        try {
            return part.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("interrupted while an object was uploaded", "Run the command again.", e);
        }
    }

    private static void await(Future<?> part) {
        try {
            part.get();
        } catch (ExecutionException e) {
            LOG.debug("a part was given up", e);
        } catch (InterruptedException e) {
            part.cancel(true);
            Thread.currentThread().interrupt();
        }
    }
}
