package io.agentflow.dr.verify;

import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Works through a list with several threads, each taking the next item when it is free. */
final class Readers {
    private Readers() {}

    static <T> void each(List<T> items, int most, Consumer<T> work) {
        Queue<T> waiting = new ConcurrentLinkedQueue<>(items);
        int threads = Math.max(1, Math.min(items.size(), most));
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        Callable<Boolean> reader = () -> {
            for (T item = waiting.poll(); item != null; item = waiting.poll()) {
                work.accept(item);
            }
            return true;
        };
        try {
            for (Future<Boolean> one : pool.invokeAll(Collections.nCopies(threads, reader))) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the backup was read", e);
        } finally {
            pool.shutdownNow();
        }
    }
}
