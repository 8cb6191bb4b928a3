package io.agentflow.dr.app;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.route.RouteTexts;
import io.agentflow.dr.route.Routes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a service: shared by all operations, and exchanged when a file of them has changed, nothing is on its way
 * and the new ones can be used.
 */
final class ServedRoutes implements AutoCloseable {
    /** So long schedules are held back for a moment at which nothing runs; then they go on, and it is tried again. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    /** Where the old routes cannot be started again, it is tried so often. */
    private static final Duration COME_BACK = Duration.ofSeconds(2);

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Supplier<RouteTexts> folder;
    private final Consumer<RouteTexts> check;
    private final Start start;
    private final Clock clock;
    private final Consumer<String> say;

    private volatile boolean leaving;
    private volatile boolean standing = true;
    private volatile Routes current;
    private RouteTexts running;
    private volatile @Nullable RouteTexts seen;
    private @Nullable RouteTexts checked;
    private volatile @Nullable RouteTexts refused;

    /** How routes are started. */
    interface Start {
        /**
         * Starts these, without letting schedules fire.
         *
         * @param gap for how long nothing was let in until now; null at the first start
         */
        Routes with(RouteTexts texts, @Nullable Duration gap);
    }

    /**
     * Starts them; schedules fire from {@link #begin} on.
     *
     * @param check throws an {@link AfException} if routes cannot be used
     */
    ServedRoutes(
            Supplier<RouteTexts> folder, Consumer<RouteTexts> check, Start start, Clock clock, Consumer<String> say) {
        this.folder = folder;
        this.check = check;
        this.start = start;
        this.clock = clock;
        this.say = say;
        this.running = folder.get();
        this.current = start.with(running, null);
    }

    /** Lets schedules fire. */
    synchronized void begin() {
        current.release();
    }

    /** Does something through the routes, which stay what they are as long as it takes. */
    <T> T through(Function<Routes, T> work) {
        lock.readLock().lock();
        try {
            return work.apply(current);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Looks whether a file has changed. A change counts when two looks have seen the same: nobody is writing any more. */
    synchronized void look() {
        if (leaving) {
            return;
        }
        RouteTexts now;
        try {
            now = folder.get();
        } catch (AfException e) {
            // A folder in the middle of being replaced: the next look will tell.
            return;
        }
        boolean quiet = now.equals(seen);
        seen = now;
        if (quiet && !now.equals(running) && !now.equals(refused) && usable(now)) {
            exchange(now);
        }
    }

    private boolean usable(RouteTexts now) {
        if (now.equals(checked)) {
            return true;
        }
        try {
            check.accept(now);
            checked = now;
            say.accept("routes: changed; the new ones count as soon as nothing runs");
            return true;
        } catch (AfException e) {
            refuse(now, e);
            return false;
        }
    }

    private void refuse(RouteTexts now, RuntimeException e) {
        refused = now;
        // Parsers of YAML draw pictures; a log has lines.
        say.accept("routes: changed, but the old ones go on: "
                + AfException.line(e).replaceAll("\\s+", " ").strip());
    }

    private void exchange(RouteTexts now) {
        Instant since = clock.instant();
        // Fire times that follow close upon one another would leave no moment at which nothing runs.
        current.hold();
        try {
            if (isLockedUntil(since.plus(PATIENCE))) {
                try {
                    replace(now, since);
                } finally {
                    lock.writeLock().unlock();
                }
            }
        } finally {
            if (!leaving) {
                current.release();
            }
        }
    }

    private boolean isLockedUntil(Instant end) {
        while (!isLocked()) {
            if (leaving || clock.instant().isAfter(end)) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        return true;
    }

    /** Locked first: who came through after that would meet routes that let nothing in. */
    private boolean isLocked() {
        if (!lock.writeLock().tryLock()) {
            return false;
        }
        boolean quiet = false;
        try {
            quiet = current.suspend();
            return quiet;
        } finally {
            if (!quiet) {
                lock.writeLock().unlock();
            }
        }
    }

    private void replace(RouteTexts now, Instant since) {
        current.close();
        try {
            current = start.with(now, Duration.between(since, clock.instant()));
            running = now;
            refused = null;
            say.accept("routes: the changed ones count from now on");
        } catch (RuntimeException e) {
            refuse(now, e);
            comeBack(since);
        }
    }

    /** The old ones go on; what they need, such as the database of the schedules, may be away for a while, too. */
    private void comeBack(Instant since) {
        standing = false;
        String said = "";
        while (!leaving && !standing) {
            try {
                current = start.with(running, Duration.between(since, clock.instant()));
                standing = true;
            } catch (RuntimeException e) {
                if (!said.equals(AfException.line(e))) {
                    said = AfException.line(e);
                    say.accept("routes: the old ones cannot be started again yet: " + said);
                }
                LockSupport.parkNanos(COME_BACK.toNanos());
            }
        }
    }

    /** Why not all is as the files of routes say; empty if it is. */
    String complaint() {
        if (!standing) {
            return "cannot be started again yet: see the log";
        }
        RouteTexts not = refused;
        return not != null && not.equals(seen)
                ? "the changed ones cannot be used, and the next start would fail: af routes check"
                : "";
    }

    /** Leaves what is due from now on to others, or to the next start. */
    void leave() {
        leaving = true;
        // Without the monitor: an exchange may hold it for long. Whatever it starts now is not released any more.
        current.hold();
    }

    @Override
    public synchronized void close() {
        current.close();
    }
}
