package io.agentflow.dr.app;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** How long the end of the service waits. */
record Deadline(Instant at, Clock clock) {
    static Deadline in(Duration limit, Clock clock) {
        return new Deadline(clock.instant().plus(limit), clock);
    }

    /**
     * Waits until something is done.
     *
     * @param monitor is notified when that may have changed
     * @param late what to do when the time is over
     * @return whether it was in time
     */
    boolean await(Object monitor, BooleanSupplier done, Runnable late) {
        synchronized (monitor) {
            while (!done.getAsBoolean()) {
                long left = Duration.between(clock.instant(), at).toMillis();
                if (left <= 0) {
                    late.run();
                    return false;
                }
                try {
                    monitor.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }
}
