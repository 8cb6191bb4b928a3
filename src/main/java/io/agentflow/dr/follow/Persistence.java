package io.agentflow.dr.follow;

import io.agentflow.dr.core.AfException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How often what may succeed the next time is tried again.
 *
 * @param retries after the first try
 * @param delay between two tries
 */
public record Persistence(int retries, Duration delay) {
    /** Does it, until it succeeds or fails for good. @throws AfException of the last try */
    public void run(Runnable work) {
        for (int left = retries; ; left--) {
            try {
                work.run();
                return;
            } catch (AfException e) {
                if (left <= 0 || !e.retryable() || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(delay.toNanos());
            }
        }
    }
}
