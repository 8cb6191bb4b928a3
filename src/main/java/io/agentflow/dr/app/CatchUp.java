package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.daemon.FollowerState;
import io.agentflow.dr.follow.Behind;
import io.agentflow.dr.follow.CompareStores;
import io.agentflow.dr.follow.Follower;
import io.agentflow.dr.follow.Persistence;
import io.agentflow.dr.follow.SendLacking;
import io.agentflow.dr.store.BackupStore;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Has one store get what it lacks of the backups of one database: after each of them, and every so often. It takes no turn
 * of the database's: the next backup does not wait for a store that is slow or away.
 */
final class CatchUp implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CatchUp.class.getName());

    private final Operations operations;
    private final Operations.Served served;
    private final Follower follower;
    private final CompareStores compare;
    private final Persistence persistence;
    private final FollowerNews news;
    private final Clock clock;
    private final Thread worker;
    /** The first look is at the start: an earlier run, or a command, may have left something to send. */
    private boolean woken = true;

    private boolean closed;
    private Duration every = Duration.ZERO;

    CatchUp(
            Operations operations,
            Operations.Served served,
            Follower follower,
            Persistence persistence,
            FollowerNews news,
            Clock clock) {
        this.operations = operations;
        this.served = served;
        this.follower = follower;
        this.compare = new CompareStores(follower);
        this.persistence = persistence;
        this.news = news;
        this.clock = clock;
        this.worker = new Thread(
                this::work,
                "follow-" + follower.name() + "-" + served.database().name());
        worker.setDaemon(true);
    }

    FollowerState state() {
        return news.state();
    }

    /**
     * Looks now, and then so often.
     *
     * @param often zero for only when it is woken
     */
    void start(Duration often) {
        every = often;
        worker.start();
    }

    /** There may be something to send. Returns at once. */
    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    private void work() {
        try {
            while (awaitTurn(System.nanoTime() + every.toNanos())) {
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return false if it is closed */
    private synchronized boolean awaitTurn(long due) throws InterruptedException {
        while (!closed && !woken) {
            long left = every.isZero() ? Long.MAX_VALUE : (due - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            wait(every.isZero() ? 0 : left);
        }
        // What is published from now on is seen by this round, or wakes the next.
        woken = false;
        return !closed;
    }

    /** An exception would end all further rounds. */
    private void round() {
        try {
            catchUp();
        } catch (Cancelled e) {
            news.say(follower.name() + " gets the rest after the next start");
        } catch (AfException e) {
            news.say("it cannot be seen what " + follower.name() + " lacks: " + e.fact());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, follower.name() + " cannot be sent what it lacks", e);
            news.say(follower.name() + " cannot be sent what it lacks: this is a bug in af: " + e);
        }
    }

    private void catchUp() {
        BackupStore primary = served.request().store();
        Behind behind = compare.with(primary, served.request().url().database().text(), clock.instant());
        String away = behind.unreachable();
        if (away != null) {
            news.tried(behind.count(), away);
            return;
        }
        state().lacks(behind.count());
        int[] left = {behind.count()};
        SendLacking.Sent sent =
                new SendLacking(this::copy, persistence).send(behind.absent(), () -> news.arrived(--left[0]));
        news.tried(behind.count() - sent.sent(), why(behind, sent));
    }

    private static @Nullable String why(Behind behind, SendLacking.Sent sent) {
        if (sent.why() != null || behind.damaged().isEmpty()) {
            return sent.why();
        }
        BackupId damaged = behind.damaged().get(0);
        return "its copy of " + damaged + " is damaged: delete it there, and it is sent again";
    }

    private void copy(BackupId id) {
        operations.copy(served.request().store(), id, follower.store().store(), warnings());
    }

    private OperationEvents warnings() {
        return event -> {
            if (event instanceof OperationEvent.Warned warned) {
                news.say(warned.text());
            }
        };
    }

    /** Begins no further round; one that runs is ended by whoever ends its operation. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Waits until nothing is being sent any more, so long at most. */
    void await(Duration limit) {
        try {
            worker.join(Math.max(1, limit.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
