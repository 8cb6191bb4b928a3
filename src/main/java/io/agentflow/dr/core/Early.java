package io.agentflow.dr.core;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** What is begun before it is needed, on a thread of its own that keeps no process alive. */
public final class Early<T> implements Supplier<T> {
    private final FutureTask<T> task;

    /** Begins. */
    public Early(String name, Supplier<T> work) {
        task = new FutureTask<>(work::get);
        begin(name, task);
    }

    /** Begins what nobody waits for. */
    public static void begin(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Waits until it is done. What it threw is thrown here.
     *
     * @throws OperationFailed if the thread that waits is interrupted
     */
    @Override
    public T get() {
        return await(task, "its start");
    }

    /**
     * Waits for what another thread does. What it threw is thrown here.
     *
     * @param what is broken off when this thread is interrupted, in words
     * @throws OperationFailed if this thread is interrupted
     */
    public static <T> T await(Future<T> work, String what) {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationFailed("interrupted in " + what, "Run the command again.", e);
        }
    }
}
