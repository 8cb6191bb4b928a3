package io.agentflow.dr.store;

import io.agentflow.dr.core.Cancelled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Does one thing for each item of a list, several at once: a store that is far away answers late, but many. */
public final class Concurrently {
    private Concurrently() {}

    /** Returns when all are done. The first failure ends it, and is thrown. */
    public static <T> void each(List<T> items, int most, Consumer<T> work) {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(items.size(), most)));
        try {
            List<Future<?>> all = new ArrayList<>();
            items.forEach(item -> all.add(threads.submit(() -> work.accept(item))));
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("interrupted while the store was at work", "Run the command again.", e);
        } finally {
            // Waits for those that are under way: none of them may go on behind the back of who cleans up.
            threads.shutdownNow();
            awaitEnd(threads);
        }
    }

    /** Returns when none of them is at work any more. */
    static void awaitEnd(ExecutorService threads) {
        try {
            boolean ended = false;
            while (!ended) {
                ended = threads.awaitTermination(1, TimeUnit.MINUTES);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
