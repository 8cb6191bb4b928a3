package io.agentflow.dr.verify;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Work that goes on beside other work. */
final class Concurrently {
    private Concurrently() {}

    /** Starts it on a thread of its own: in a shared pool of two processors it would wait for the work it is beside of. */
    static <T> CompletableFuture<T> start(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, task -> {
            Thread thread = new Thread(task, "verify");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** Waits for what came of it. Its exception is thrown as it was thrown there. */
    static <T> T join(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }
}
