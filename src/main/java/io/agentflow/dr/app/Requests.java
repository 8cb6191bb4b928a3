package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Secret;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.request.AcceptRequest;
import io.agentflow.dr.request.RequestKey;
import io.agentflow.dr.request.RequestRefused;
import io.agentflow.dr.request.RequestStore;
import io.agentflow.dr.route.FolderRequests;
import io.agentflow.dr.route.JmsRequests;
import io.agentflow.dr.route.Routes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Requests by messages, from the configuration to the end of the service. Without a trigger there are none. */
final class Requests implements AutoCloseable {
    /** The triggers that af comes with, and the key of the configuration that switches each on. */
    private static final Map<String, ConfigKey> TRIGGERS = Map.of(
            "folder", ConfigKey.REQUEST_FOLDER, "jms", ConfigKey.REQUEST_JMS_URL);

    private final AfConfig config;
    private final CompletableFuture<Routes> routes = new CompletableFuture<>();
    private final FileChannel owned;
    private final RequestedWork work;
    private final RequestDesk desk;
    private final AcceptRequest accept;

    /**
     * Takes the stored requests for this process.
     *
     * @param refusals is told what was refused, and why
     * @throws UsageError with everything that is wrong with the configuration of requests, by key
     */
    Requests(
            AfConfig config,
            List<Operations.Served> served,
            Operations operations,
            ScheduledWork turns,
            BiConsumer<String, RequestRefused> refusals,
            Clock clock,
            Consumer<String> say) {
        this.config = config;
        Map<String, Operations.Served> byName =
                served.stream().collect(Collectors.toMap(one -> one.database().name(), one -> one));
        Map<String, RequestKey> keys = keys(config, byName);
        RequestStore store = new RequestStore(config.stateDirectory());
        this.owned = store.own();
        this.accept = new AcceptRequest(
                store,
                new AcceptRequest.Limits(
                        config.number(ConfigKey.REQUEST_MAX_BYTES),
                        config.time(ConfigKey.REQUEST_VALIDITY),
                        config.time(ConfigKey.REQUEST_RETENTION)),
                keys,
                served.stream()
                        .collect(Collectors.toMap(
                                one -> one.database().name(),
                                one -> one.database().restoreByMessage())),
                clock);
        RequestReplies replies = new RequestReplies(store, routes, clock, say);
        RequestActs acts = new RequestActs(operations, turns, byName, config.time(ConfigKey.STALL_TIMEOUT), clock);
        this.work = new RequestedWork(store, routes, acts, replies, turns, operations, clock, say);
        this.desk = new RequestDesk(
                accept,
                work,
                replies,
                (message, why) -> {
                    // A message may come while the last routes are being started; its dead letter needs them.
                    routes.join();
                    refusals.accept(message, why);
                },
                clock,
                say);
    }

    private static Map<String, RequestKey> keys(AfConfig config, Map<String, Operations.Served> served) {
        List<String> wrong = new ArrayList<>();
        Map<String, RequestKey> keys = new RequestKeys(wrong).read(config.requestKeys(), served.keySet());
        if (!wrong.isEmpty()) {
            throw new UsageError(String.join("; ", wrong), "See docs/reference/messages.md.");
        }
        return keys;
    }

    /** Whether the configuration switches a trigger on. */
    static boolean wanted(AfConfig config) {
        return TRIGGERS.values().stream().anyMatch(config::given)
                || !config.requestKeys().isEmpty();
    }

    /** What the routes of each trigger are switched on and off by. */
    static void placeholders(AfConfig config, boolean serving, Properties properties) {
        TRIGGERS.forEach((trigger, key) ->
                properties.setProperty("af.serve.request-" + trigger, String.valueOf(serving && config.given(key))));
    }

    /** What their routes call, by name. */
    Map<String, Object> beans() {
        Map<String, Object> beans = new LinkedHashMap<>();
        beans.put("requestDesk", desk);
        beans.put(
                "folderRequests",
                new FolderRequests(Path.of(config.text(ConfigKey.REQUEST_FOLDER)), accept.mostBytes()));
        if (config.given(ConfigKey.REQUEST_JMS_URL)) {
            beans.put("jmsRequests", new JmsRequests(accept.mostBytes()));
            beans.put(
                    "jmsConnections",
                    JmsRequests.connections(
                            config.text(ConfigKey.REQUEST_JMS_URL),
                            config.text(ConfigKey.REQUEST_JMS_USER),
                            new Secret(config.text(ConfigKey.REQUEST_JMS_PASSWORD))));
        }
        return beans;
    }

    /**
     * Begins to work, now that there are routes.
     *
     * @throws AfException if the route of a trigger that is switched on is missing
     */
    void start(Routes started) {
        TRIGGERS.forEach((trigger, key) -> {
            if (config.given(key)) {
                require(started, "request-" + trigger);
                require(started, "request-" + trigger + "-reply");
            }
        });
        work.resume();
        routes.complete(started);
    }

    private static void require(Routes started, String id) {
        if (!started.has(id)) {
            throw new AfException(
                    ExitCode.REFUSED,
                    "there is no route " + id + ", and the configuration switches it on",
                    "Take the one that af came with, or leave the key away.");
        }
    }

    @Override
    public void close() {
        work.close();
        try {
            owned.close();
        } catch (IOException e) {
            throw new OperationFailed("the lock of the requests cannot be given up", "The end of the process does.", e);
        }
    }
}
