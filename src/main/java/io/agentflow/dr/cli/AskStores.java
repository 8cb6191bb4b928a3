package io.agentflow.dr.cli;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Early;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.store.NamedStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks several stores at once: one that hangs is named while it is waited for, and keeps no other one's answer back. */
final class AskStores {
    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Duration quiet;
    private final Duration limit;
    private final Consumer<String> say;

    AskStores(Consumer<String> say) {
        this(QUIET, LIMIT, say);
    }

    /**
     * @param quiet after which it is said who is waited for
     * @param limit after which one of several is no longer waited for
     */
    AskStores(Duration quiet, Duration limit, Consumer<String> say) {
        this.quiet = quiet;
        this.limit = limit;
        this.say = say;
    }

    /** What one has answered: a value, or why there is none. */
    record Answer<T>(@Nullable T value, @Nullable AfException failure) {}

    /** Asks them all. None is waited for longer than the limit. */
    <T> Map<NamedStore, Answer<T>> ask(List<NamedStore> stores, Function<NamedStore, T> question) {
        return ask(stores, question, false);
    }

    /** Asks those that somebody has named. One alone is waited for as long as it takes. */
    <T> Map<NamedStore, Answer<T>> askMeant(List<NamedStore> stores, Function<NamedStore, T> question) {
        // A directory answers at once, or not at all: no thread is worth its start.
        if (stores.size() == 1 && !stores.get(0).store().remote()) {
            return Map.of(stores.get(0), answer(stores.get(0), question));
        }
        return ask(stores, question, stores.size() == 1);
    }

    private <T> Map<NamedStore, Answer<T>> ask(
            List<NamedStore> stores, Function<NamedStore, T> question, boolean patient) {
        Map<NamedStore, FutureTask<Answer<T>>> asked = new LinkedHashMap<>();
        stores.forEach(store -> asked.put(store, begun(store, question)));
        long start = System.nanoTime();
        List<String> slow = asked.entrySet().stream()
                .filter(one -> !ended(one.getValue(), start, quiet))
                .map(one -> one.getKey().name())
                .toList();
        if (!slow.isEmpty()) {
            say.accept("waiting for " + String.join(", ", slow) + " …");
        }
        Map<NamedStore, Answer<T>> answers = new LinkedHashMap<>();
        asked.forEach((store, task) -> answers.put(
                store,
                patient || ended(task, start, limit) ? Early.await(task, "the wait for " + store.name()) : late()));
        return answers;
    }

    /** By a thread of its own; that of one that hangs ends with the process. */
    private static <T> FutureTask<Answer<T>> begun(NamedStore store, Function<NamedStore, T> question) {
        FutureTask<Answer<T>> task = new FutureTask<>(() -> answer(store, question));
        Early.begin("ask-" + store.name(), task);
        return task;
    }

    private <T> Answer<T> late() {
        return new Answer<>(
                null,
                new Unreachable(
                        "it has not answered for " + limit.toSeconds() + " s",
                        "Name it by --store: alone it is waited for as long as it takes."));
    }

    private static boolean ended(Future<?> task, long start, Duration within) {
        try {
            task.get(within.toNanos() - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            // Whoever wants its answer is told.
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled("the wait for stores was ended", "", e);
        }
    }

    private static <T> Answer<T> answer(NamedStore store, Function<NamedStore, T> question) {
        try {
            return new Answer<>(question.apply(store), null);
        } catch (AfException e) {
            return new Answer<>(null, e);
        }
    }
}
