package io.agentflow.dr.cli;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.store.NamedStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
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

    /** Asks them all. One alone is waited for as long as it takes. */
    <T> Map<NamedStore, Answer<T>> ask(List<NamedStore> stores, Function<NamedStore, T> question) {
        // A directory answers at once, or not at all: no thread is worth its start.
        if (stores.size() == 1 && !stores.get(0).store().remote()) {
            return Map.of(stores.get(0), answer(stores.get(0), question));
        }
        List<Asked<T>> asked = new ArrayList<>();
        for (NamedStore store : stores) {
            asked.add(new Asked<>(store, question));
        }
        long start = System.nanoTime();
        List<Asked<T>> slow =
                asked.stream().filter(one -> !one.ended(start, quiet)).toList();
        if (!slow.isEmpty()) {
            say.accept("waiting for "
                    + slow.stream().map(one -> one.store.name()).collect(Collectors.joining(", ")) + " …");
        }
        Map<NamedStore, Answer<T>> answers = new LinkedHashMap<>();
        for (Asked<T> one : asked) {
            answers.put(one.store, one.answer(start, stores.size() == 1 ? null : limit));
        }
        return answers;
    }

    private static <T> Answer<T> answer(NamedStore store, Function<NamedStore, T> question) {
        try {
            return new Answer<>(question.apply(store), null);
        } catch (AfException e) {
            return new Answer<>(null, e);
        }
    }

    /** One of them, while it is asked by a thread of its own; that of one that hangs ends with the process. */
    private static final class Asked<T> {
        private final NamedStore store;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile @Nullable Answer<T> answer;
        private volatile @Nullable RuntimeException broken;

        Asked(NamedStore store, Function<NamedStore, T> question) {
            this.store = store;
            Thread thread = new Thread(() -> run(question), "ask-" + store.name());
            thread.setDaemon(true);
            thread.start();
        }

        private void run(Function<NamedStore, T> question) {
            try {
                answer = AskStores.answer(store, question);
            } catch (RuntimeException e) {
                broken = e;
            } finally {
                ended.countDown();
            }
        }

        boolean ended(long start, @Nullable Duration within) {
            try {
                if (within == null) {
                    ended.await();
                    return true;
                }
                return ended.await(within.toNanos() - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Cancelled("the wait for " + store.name() + " was ended", "", e);
            }
        }

        Answer<T> answer(long start, @Nullable Duration within) {
            boolean inTime = ended(start, within);
            RuntimeException failure = broken;
            if (failure != null) {
                throw failure;
            }
            Answer<T> given = answer;
            return inTime && given != null
                    ? given
                    : new Answer<>(
                            null,
                            new Unreachable(
                                    "it has not answered for " + (within == null ? 0 : within.toSeconds()) + " s",
                                    "Ask it alone: it is waited for then."));
        }
    }
}
