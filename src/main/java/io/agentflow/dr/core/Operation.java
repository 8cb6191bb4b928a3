package io.agentflow.dr.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a verb: its id, its listeners, and everything that must be given back when it ends: locks, snapshots,
 * children, unpublished files. Closing gives back all of it, newest first, however the operation ended. Safe for use by
 * many threads.
 */
public final class Operation implements AutoCloseable {
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

    private final OperationId id;
    private final Instant startedAt;
    private final String request;
    private final List<String> replay;
    private final OperationEvents events;
    private final Deque<AutoCloseable> held = new ArrayDeque<>();
    private final AtomicLong pulse = new AtomicLong();
    private int working;
    private boolean ended;
    private volatile boolean cancelled;
    private volatile @Nullable FailedStep failedStep;
    private volatile @Nullable String committed;
    private volatile @Nullable Undecided undecided;

    private record Undecided(String question, String how) {}

    /** Where it failed first. */
    public record FailedStep(String route, String step, String endpoint) {}

    /**
     * @param request what was asked for, in words without secrets
     * @param replay the arguments with which {@code af} does the same again
     */
    public Operation(OperationId id, Instant startedAt, String request, List<String> replay, OperationEvents events) {
        this.id = id;
        this.request = request;
        this.replay = List.copyOf(replay);
        this.startedAt = startedAt;
        this.events = events;
    }

    public OperationId id() {
        return id;
    }

    public Instant startedAt() {
        return startedAt;
    }

    public String request() {
        return request;
    }

    public List<String> replay() {
        return replay;
    }

    public OperationEvents events() {
        return events;
    }

    /** The name that its database sessions bear, so that they can be told from others. */
    public String sessionName(String part) {
        return "af " + part + " " + id;
    }

    /**
     * Takes charge of something that must be closed when the operation ends.
     *
     * @throws Cancelled if it has ended already; then the resource is closed at once, so that a branch that comes late
     *     leaves nothing behind
     */
    public <T extends AutoCloseable> T hold(T resource) {
        synchronized (held) {
            if (!ended) {
                held.push(resource);
                return resource;
            }
        }
        close(resource);
        throw new Cancelled("the operation has ended", "Run the command again.");
    }

    /** Does work on files that may only be deleted when it has ended. */
    public <T> T working(Supplier<T> work) {
        synchronized (held) {
            working++;
        }
        try {
            return work.get();
        } finally {
            synchronized (held) {
                working--;
                held.notifyAll();
            }
        }
    }

    /** Waits, half a minute at most, until nobody works on files any more: their sources have been closed by now. */
    public void awaitIdle() throws InterruptedException {
        long deadline = System.nanoTime() + IDLE_LIMIT.toNanos();
        synchronized (held) {
            for (long left = 1; working > 0 && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
                held.wait(left);
            }
        }
    }

    /** Somebody saw that its work goes on: bytes move, or the server is busy with it. */
    public void beat() {
        pulse.incrementAndGet();
    }

    /** A number that changes as long as the work is seen to go on. */
    public long pulse() {
        return pulse.get();
    }

    /** Remembers the first step that failed: later failures follow from it. */
    public synchronized void failedAt(FailedStep step) {
        if (failedStep == null) {
            failedStep = step;
        }
    }

    public @Nullable FailedStep failedStep() {
        return failedStep;
    }

    /** Remembers that what was asked for has happened and stays, whatever comes after: {@code app is swapped in}. */
    public void committed(String what) {
        committed = what;
        undecided = null;
    }

    /**
     * Remembers that what was asked for is on its way, and that it is not known yet whether it happens.
     *
     * @param question such as {@code whether app is restored}
     * @param how an operator finds out
     */
    public void undecided(String question, String how) {
        undecided = new Undecided(question, how);
    }

    /** It is known now that it has not happened. */
    public void decided() {
        undecided = null;
    }

    /** Whether it is not known that it has happened, nor that it has not. */
    public boolean undecided() {
        return undecided != null;
    }

    /**
     * What to tell when nobody could say whether it happened. The failure that led to it is no cause of it: routes try
     * again what a lost connection has caused.
     */
    public OperationFailed undecidedFailure(@Nullable Throwable failure) {
        Undecided open = undecided;
        OperationFailed unknown = open == null
                ? new OperationFailed("it is not known whether it happened", "Look at the database.")
                : new OperationFailed("it is not known " + open.question, open.how);
        if (failure != null) {
            unknown.addSuppressed(failure);
        }
        return unknown;
    }

    /** What has happened for good, or null. */
    public @Nullable String committed() {
        return committed;
    }

    /**
     * Forgets a failed attempt before the next one.
     *
     * @throws OperationFailed if the attempt did what it was to do, and only failed afterwards, or may have done it
     */
    public void beginAttempt() {
        if (undecided != null) {
            throw undecidedFailure(null);
        }
        if (committed != null) {
            throw new OperationFailed("it is done already: " + committed, "Do not run it again.");
        }
        close();
        synchronized (held) {
            ended = cancelled;
        }
        failedStep = null;
    }

    /** Ends it early: gives everything back, and whatever is still running fails. */
    public void cancel() {
        cancelled = true;
        close();
    }

    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public void close() {
        synchronized (held) {
            ended = true;
        }
        for (AutoCloseable next = take(); next != null; next = take()) {
            close(next);
        }
    }

    private @Nullable AutoCloseable take() {
        synchronized (held) {
            return held.poll();
        }
    }

    private void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // The others must be given back all the same.
            events.accept(new OperationEvent.Warned("not cleaned up: " + e.getMessage()));
        }
    }
}
