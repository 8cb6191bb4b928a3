package io.agentflow.dr.event;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue in front of one recipient, emptied by a thread of its own. To put something in never waits and never
 * fails: a recipient that fails, hangs or is slow costs nobody else anything. What it is not told is counted.
 */
public final class Outbox {
    private final String recipient;
    private final Severity least;
    private final int most;
    private final Consumer<Notice> send;
    private final BiConsumer<Notice, Throwable> failed;
    private final Deque<Notice> waiting = new ArrayDeque<>();
    private final AtomicLong dropped = new AtomicLong();
    private @Nullable Thread thread;
    private boolean busy;

    /**
     * @param least what matters less is not for this recipient
     * @param most how many may wait
     * @param send tells the recipient; throws if it cannot
     * @param failed is told what the recipient could not be told, and why
     */
    public Outbox(
            String recipient, Severity least, int most, Consumer<Notice> send, BiConsumer<Notice, Throwable> failed) {
        this.recipient = recipient;
        this.least = least;
        this.most = most;
        this.send = send;
        this.failed = failed;
    }

    public String recipient() {
        return recipient;
    }

    /** How many things the recipient was not told: there was no room, or it could not be told. */
    public long dropped() {
        return dropped.get();
    }

    /** Has the recipient told, soon; or not at all. */
    public synchronized void put(Notice notice) {
        if (!notice.severity().atLeast(least)) {
            return;
        }
        if (waiting.size() >= most && !makeRoomFor(notice)) {
            dropped.incrementAndGet();
            return;
        }
        waiting.add(notice);
        notifyAll();
        if (thread == null) {
            thread = new Thread(this::empty, "outbox-" + recipient);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private boolean makeRoomFor(Notice notice) {
        Notice expendable =
                waiting.stream().filter(Notice::expendable).findFirst().orElse(null);
        if (notice.expendable() || expendable == null) {
            return false;
        }
        dropped.incrementAndGet();
        return waiting.remove(expendable);
    }

    private void empty() {
        try {
            while (true) {
                Notice next = take();
                try {
                    send.accept(next);
                } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                    // A component whose jar is there without what it needs is an error, and would end this thread.
                    dropped.incrementAndGet();
                    failed.accept(next, e);
                } finally {
                    sent();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Notice take() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        busy = true;
        return waiting.remove();
    }

    private synchronized void sent() {
        busy = false;
        notifyAll();
    }

    /**
     * Waits until all is told, so long at most.
     *
     * @return how much is given up then, and counts as dropped
     */
    public synchronized int flush(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (busy || !waiting.isEmpty()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                int given = waiting.size() + (busy ? 1 : 0);
                dropped.addAndGet(given);
                waiting.clear();
                return given;
            }
            wait(left);
        }
        return 0;
    }
}
