package io.agentflow.dr.app;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.request.AcceptedRequest;
import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.request.RequestStore;
import io.agentflow.dr.route.RequestReply;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Delayed;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells senders what becomes of their requests, in order for each trigger. A result is kept first and then sent, until it
 * has arrived or a day is over; a crash in between has it sent again.
 */
final class RequestReplies implements AutoCloseable {
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(5);
    private static final Duration LIMIT = Duration.ofDays(1);
    private static final long END_SECONDS = 10;
    private static final String LEFT = "a result is left for the next start";

    private final RequestStore store;
    private final CompletableFuture<ServedRoutes> routes;
    private final Clock clock;
    private final Consumer<String> say;
    private final Map<String, ScheduledThreadPoolExecutor> threads = new ConcurrentHashMap<>();

    /** @param routes completed when they are started */
    RequestReplies(RequestStore store, CompletableFuture<ServedRoutes> routes, Clock clock, Consumer<String> say) {
        this.store = store;
        this.routes = routes;
        this.clock = clock;
        this.say = say;
    }

    /** Tells something once; if it does not arrive, the sender asks again. */
    void tell(Arrival arrival, RequestResult result) {
        submit(arrival, Duration.ZERO, () -> {
            try {
                send(arrival, result);
            } catch (AfException e) {
                say.accept("request " + result.request() + ": the sender was not told '"
                        + result.status().text() + "': " + e.fact());
            }
        });
    }

    /** Keeps the result of a request and tells it until it has arrived. */
    void end(AcceptedRequest accepted, RequestResult result) {
        attempt(accepted, result, Duration.ZERO, clock.instant());
    }

    /** @param since when this process began to tell it: how long its operation, or the service, was away does not count */
    private void attempt(AcceptedRequest accepted, RequestResult result, Duration delay, Instant since) {
        submit(accepted.arrival(), delay, () -> {
            try {
                if (store.find(accepted.id()).map(RequestStore.Stored::result).isEmpty()) {
                    store.finish(result);
                }
                send(accepted.arrival(), result);
                store.published(accepted.id(), clock.instant());
            } catch (AfException e) {
                say.accept("request " + accepted.id() + ": its result is not told yet: " + e.fact());
                again(accepted, result, delay, since);
            }
        });
    }

    private void again(AcceptedRequest accepted, RequestResult result, Duration delay, Instant since) {
        if (Duration.between(since, clock.instant()).compareTo(LIMIT) > 0) {
            say.accept("request " + accepted.id() + ": nobody takes its result; it stays in af request show");
            store.published(accepted.id(), clock.instant());
            return;
        }
        Duration longer = delay.isZero() ? FIRST_DELAY : delay.multipliedBy(2);
        attempt(accepted, result, longer.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : longer, since);
    }

    private void send(Arrival arrival, RequestResult result) {
        String route = "request-" + arrival.trigger() + "-reply";
        routes.join().through(serving -> {
            // A trigger of the user's need not have one: af request show tells too.
            boolean there = serving.has(route);
            if (there) {
                serving.send("direct:" + route, new RequestReply(arrival, result));
            }
            return there;
        });
    }

    private void submit(Arrival arrival, Duration delay, Runnable task) {
        try {
            boolean dropped = threads.computeIfAbsent(arrival.trigger(), RequestReplies::thread)
                    .schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS)
                    .isCancelled();
            if (dropped) {
                say.accept(LEFT);
            }
        } catch (RejectedExecutionException e) {
            // The service ends: results that are kept are told by the next start.
            say.accept(LEFT);
        }
    }

    private static ScheduledThreadPoolExecutor thread(String trigger) {
        return new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "replies-" + trigger);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Tells what is due now; what has to wait is left for the next start. */
    @Override
    public void close() {
        for (ScheduledThreadPoolExecutor one : threads.values()) {
            one.getQueue().removeIf(task -> task instanceof Delayed later && later.getDelay(TimeUnit.MILLISECONDS) > 0);
            one.shutdown();
            try {
                if (!one.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                    one.shutdownNow();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
