package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupPath;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends files of a backup while others are still being written. What could not be sent now is left to whoever publishes:
 * a store may be away for a while.
 */
final class SendAhead implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SendAhead.class);
    private static final int SENDERS = 8;

    private final BiConsumer<BackupPath, Digested> sending;
    private final Map<BackupPath, Digested> sent = new ConcurrentHashMap<>();
    private final ExecutorService senders = Executors.newFixedThreadPool(SENDERS, task -> {
        Thread thread = new Thread(task, "send-ahead");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable AfException refused;

    /** @param sending sends one file, and fails with an {@link AfException} */
    SendAhead(BiConsumer<BackupPath, Digested> sending) {
        this.sending = sending;
    }

    /**
     * Has it sent by and by.
     *
     * @throws AfException if the store has refused another file, and will not take this one either: the dump, which may
     *     take hours, need not go on
     */
    void offer(BackupPath path, Digested content) {
        AfException said = refused;
        if (said != null) {
            throw said;
        }
        try {
            senders.execute(() -> send(path, content));
        } catch (RejectedExecutionException e) {
            LOG.debug("{} comes too late", path, e);
        }
    }

    private void send(BackupPath path, Digested content) {
        try {
            sendNow(path, content);
        } catch (AfException e) {
            LOG.debug("{} could not be sent ahead", path, e);
            if (!e.retryable()) {
                refused = e;
            }
        }
    }

    private void sendNow(BackupPath path, Digested content) {
        sending.accept(path, content);
        sent.put(path, content);
    }

    /**
     * Returns when all of these are in the store, those that were offered and the others.
     *
     * @throws AfException if one of them could not be sent
     */
    void require(Map<BackupPath, Digested> files) {
        senders.shutdown();
        Concurrently.awaitEnd(senders);
        Concurrently.each(
                files.entrySet().stream()
                        .filter(file -> !file.getValue().equals(sent.get(file.getKey())))
                        .toList(),
                SENDERS,
                file -> sendNow(file.getKey(), file.getValue()));
    }

    /** Whether it is in the store, as it is now or as it was. */
    boolean sent(BackupPath path) {
        return sent.containsKey(path);
    }

    /** Gives up what is under way; when it returns nothing is sent any more. */
    @Override
    public void close() {
        senders.shutdownNow();
        Concurrently.awaitEnd(senders);
    }
}
