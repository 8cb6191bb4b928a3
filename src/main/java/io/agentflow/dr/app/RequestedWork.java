package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.request.AcceptRequest;
import io.agentflow.dr.request.AcceptedRequest;
import io.agentflow.dr.request.OperationRequest;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.request.RequestStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Works on accepted requests, in their order for each database, each one once: what had begun when af ended is not begun
 * again, but ends as interrupted. Each ends in exactly one result.
 */
final class RequestedWork implements AutoCloseable {
    /** How long what could not be marked as begun waits for its next turn. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private static final String LEFT = ": left for the next start";

    private final AcceptRequest accept;
    private final RequestStore store;
    private final CompletableFuture<ServedRoutes> routes;
    private final RequestActs acts;
    private final RequestReplies replies;
    private final ScheduledWork turns;
    private final Operations operations;
    private final Clock clock;
    private final Consumer<String> say;
    private final Map<String, ScheduledThreadPoolExecutor> workers = new ConcurrentHashMap<>();

    /** @param routes completed when they are started; nothing is begun before */
    RequestedWork(
            AcceptRequest accept,
            RequestStore store,
            CompletableFuture<ServedRoutes> routes,
            RequestActs acts,
            RequestReplies replies,
            ScheduledWork turns,
            Operations operations,
            Clock clock,
            Consumer<String> say) {
        this.accept = accept;
        this.store = store;
        this.routes = routes;
        this.acts = acts;
        this.replies = replies;
        this.turns = turns;
        this.operations = operations;
        this.clock = clock;
        this.say = say;
    }

    /** Takes up what an earlier process left: ends what had begun, does what had not, tells what nobody was told. */
    void resume() {
        for (RequestStore.Stored stored : store.all()) {
            RequestResult result = stored.result();
            if (result != null && !stored.published()) {
                replies.end(stored.accepted(), result);
            } else if (result == null && stored.begun()) {
                end(
                        stored.accepted(),
                        RequestResult.interrupted(stored.accepted().request(), clock.instant()));
            } else if (result == null) {
                say.accept("request " + stored.id() + ": resumed");
                submit(stored.accepted());
            }
        }
    }

    /** Has a request worked on when it is its turn. */
    void submit(AcceptedRequest accepted) {
        submit(accepted, Duration.ZERO);
    }

    private void submit(AcceptedRequest accepted, Duration delay) {
        try {
            boolean dropped = workers.computeIfAbsent(accepted.request().target(), RequestedWork::worker)
                    .schedule(() -> work(accepted), delay.toMillis(), TimeUnit.MILLISECONDS)
                    .isCancelled();
            if (dropped) {
                say.accept("request " + accepted.id() + LEFT);
            }
        } catch (RejectedExecutionException e) {
            say.accept("request " + accepted.id() + LEFT);
        }
    }

    private static ScheduledThreadPoolExecutor worker(String database) {
        ScheduledThreadPoolExecutor worker = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "requests-" + database);
            thread.setDaemon(true);
            return thread;
        });
        // What waits for another turn when the service ends is left for the next start.
        worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return worker;
    }

    private void work(AcceptedRequest accepted) {
        try {
            routes.join();
            turns.inTurn(accepted.request().target(), (target, state) -> once(accepted, target, state));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (AfException e) {
            // It could not be marked as begun, and was not.
            say.accept("request " + accepted.id() + ": cannot be begun, and is tried again: " + e.fact());
            submit(accepted, AGAIN);
        }
    }

    private void once(AcceptedRequest accepted, Operations.Served target, DatabaseState state) {
        OperationRequest request = accepted.request();
        if (store.find(request.id()).filter(RequestStore.Stored::begun).isPresent()) {
            return;
        }
        // Behind this line a crash is told as an interruption; before it, the request is begun by the next start.
        store.begin(request.id(), clock.instant());
        RequestResult result = result(accepted, target, state);
        say.accept(target.database().name() + ": request " + request.id() + " " + result);
        end(accepted, result);
    }

    private RequestResult result(AcceptedRequest accepted, Operations.Served target, DatabaseState state) {
        OperationRequest request = accepted.request();
        Operations by = operations.asked(accepted.arrival().words(), request.keyId(), request.id());
        try {
            return by.journaled("request", request.summary(), warnings(request), () -> {
                accept.recheck(request);
                return acts.act(request, by, target, state);
            });
        } catch (Cancelled e) {
            return RequestResult.interrupted(request, clock.instant());
        } catch (RuntimeException e) {
            return failed(request, e);
        } catch (Error e) {
            // Whatever it is: who asked has to hear of it.
            return failed(request, new IllegalStateException(e.toString(), e));
        }
    }

    private RequestResult failed(OperationRequest request, RuntimeException e) {
        AfException known = AfException.in(e);
        if (known == null) {
            AfException bug =
                    new AfException(ExitCode.FAILED, "this is a bug in af: " + e, "Please report it with af's log.");
            return RequestResult.failed(request, bug, clock.instant());
        }
        return known.exitCode() == ExitCode.WARNINGS
                // Done, and then a step of somebody's own failed.
                ? RequestResult.done(request, clock.instant(), known.fact(), List.of(known.fact()))
                : RequestResult.failed(request, known, clock.instant());
    }

    private OperationEvents warnings(OperationRequest request) {
        return event -> {
            if (event instanceof OperationEvent.Warned warned) {
                say.accept("request " + request.id() + ": " + warned.text());
            }
        };
    }

    private void end(AcceptedRequest accepted, RequestResult result) {
        try {
            store.finish(result);
        } catch (AfException e) {
            // The replies try again before they tell anything.
            say.accept("request " + accepted.id() + ": " + e.fact());
        }
        replies.end(accepted, result);
    }

    /** Begins nothing more; the service has waited already for what ran. */
    @Override
    public void close() {
        workers.values().forEach(ScheduledThreadPoolExecutor::shutdown);
        replies.close();
    }
}
