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
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final ScheduledThreadPoolExecutor worker;
    private final AtomicBoolean awaited = new AtomicBoolean();

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
        this.compare = operations.comparing(served.request().store(), follower);
        this.persistence = persistence;
        this.news = news;
        this.clock = clock;
        this.worker = new ScheduledThreadPoolExecutor(1, round -> {
            Thread thread = new Thread(
                    round, "follow-" + follower.name() + "-" + served.database().name());
            thread.setDaemon(true);
            return thread;
        });
        worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    FollowerState state() {
        return news.state();
    }

    /**
     * Looks now, as an earlier run or a command may have left something to send, and then so often.
     *
     * @param often zero for only when it is woken
     */
    @SuppressWarnings("FutureReturnValueIgnored") // A round lets no exception out.
    void start(Duration often) {
        wake();
        if (!often.isZero()) {
            worker.scheduleWithFixedDelay(this::round, often.toMillis(), often.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** There may be something to send. Returns at once. */
    void wake() {
        if (awaited.compareAndSet(false, true)) {
            try {
                worker.execute(() -> {
                    // What is published from now on is seen by this round, or wakes the next.
                    awaited.set(false);
                    round();
                });
            } catch (RejectedExecutionException e) {
                // It is closed: the next start looks.
                LOG.log(System.Logger.Level.DEBUG, "closed", e);
            }
        }
    }

    /** An exception would end all further rounds. */
    private void round() {
        try {
            catchUp();
        } catch (Cancelled e) {
            news.say(follower.name() + " gets the rest after the next start");
        } catch (AfException e) {
            news.unknown(e.fact());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, follower.name() + " cannot be sent what it lacks", e);
            news.unknown("this is a bug in af: " + e);
        }
    }

    private void catchUp() {
        state().looking(clock.instant());
        Behind behind = compare.look(served.request().url().database().text(), clock.instant());
        state().looked();
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
    public void close() {
        worker.shutdown();
    }

    /** Waits until nothing is being sent any more, so long at most. */
    void await(Duration limit) {
        try {
            if (!worker.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(System.Logger.Level.DEBUG, "{0} is still being sent something", follower.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
