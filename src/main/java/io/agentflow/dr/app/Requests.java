package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.daemon.Health;
import io.agentflow.dr.request.AcceptRequest;
import io.agentflow.dr.request.RequestKey;
import io.agentflow.dr.request.RequestStore;
import io.agentflow.dr.request.Trigger;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Requests by messages, from the configuration to the end of the service. Without a trigger there are none. */
final class Requests implements AutoCloseable {
    private final AfConfig config;
    private final Consumer<String> say;
    private final CompletableFuture<ServedRoutes> routes = new CompletableFuture<>();
    private final RequestStore store;
    private final RequestedWork work;
    private final RequestDesk desk;
    private final Map<RequestedBy, Trigger> triggers = new EnumMap<>(RequestedBy.class);
    /** Held until the process ends: what a route still takes meanwhile must not be missed by the next one. */
    private @Nullable FileChannel lock;

    /**
     * Puts the desk together.
     *
     * @param refusals is told what was refused, and why
     */
    Requests(
            AfConfig config,
            List<Operations.Served> served,
            Operations operations,
            ScheduledWork turns,
            RequestDesk.Refusals refusals,
            Clock clock,
            Consumer<String> say) {
        this.config = config;
        this.say = say;
        Map<String, Operations.Served> byName =
                served.stream().collect(Collectors.toMap(one -> one.database().name(), one -> one));
        Map<String, RequestKey> keys = new RequestKeys(new ArrayList<>()).read(config.requestKeys(), byName.keySet());
        this.store = new RequestStore(config.stateDirectory());
        AcceptRequest accept = new AcceptRequest(
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
        RequestActs acts = new RequestActs(turns, byName, config.time(ConfigKey.STALL_TIMEOUT), clock);
        this.work = new RequestedWork(accept, store, routes, acts, replies, turns, operations, clock, say);
        this.desk = new RequestDesk(accept, work, replies, refusals, clock, say);
        RequestedBy.Surroundings around = new RequestedBy.Surroundings(accept.mostBytes(), say, this::send, clock);
        on(config).forEach(by -> triggers.put(by, by.open(config, around)));
    }

    private static Stream<RequestedBy> on(AfConfig config) {
        return Arrays.stream(RequestedBy.values()).filter(by -> by.wanted(config));
    }

    private void send(String route, Object message) {
        routes.join().through(serving -> {
            serving.send(route, message);
            return true;
        });
    }

    /** Everything that is wrong with the keys, by key of the configuration; nothing, if nobody can send requests. */
    static List<String> problems(AfConfig config, Set<String> databases) {
        List<String> wrong = new ArrayList<>();
        if (wanted(config)) {
            new RequestKeys(wrong).read(config.requestKeys(), databases);
        }
        Arrays.stream(RequestedBy.values()).forEach(by -> by.check(config, wrong));
        return wrong;
    }

    /** Whether the configuration has anything to do with requests. */
    static boolean wanted(AfConfig config) {
        return on(config).findAny().isPresent() || !config.requestKeys().isEmpty();
    }

    /**
     * What the routes of each trigger are switched on and off by.
     *
     * @param serving whether these are the routes of a service: a command takes no requests
     */
    static void placeholders(AfConfig config, boolean serving, Properties properties) {
        for (RequestedBy by : RequestedBy.values()) {
            properties.setProperty("af.serve." + by.route(), String.valueOf(serving && by.wanted(config)));
        }
    }

    /** What their routes call, by name. */
    Map<String, Object> beans() {
        Map<String, Object> beans = new HashMap<>(Map.of("requestDesk", desk));
        triggers.values().forEach(trigger -> beans.putAll(trigger.beans()));
        return beans;
    }

    /**
     * Takes the stored requests for this process, until its end, and takes up what an earlier one left; it is worked on
     * from {@link #start} on. Before the first message can come, or one that comes meanwhile would be taken up twice.
     *
     * @throws io.agentflow.dr.core.Busy if another process has them
     */
    void resume() {
        lock = store.own();
        work.resume();
    }

    /**
     * Begins to work, now that there are routes.
     *
     * @throws AfException if the route of a trigger that is switched on is missing
     */
    void start(ServedRoutes started) {
        FileChannel held = lock;
        if (held != null && !held.isOpen()) {
            // An interrupt while it was used would close it.
            throw new OperationFailed("the lock of the requests is lost", "Start af serve again.");
        }
        on(config).forEach(by -> {
            require(started, by.route());
            require(started, by.route() + "-reply");
        });
        routes.complete(started);
        triggers.values().forEach(Trigger::start);
    }

    private static void require(ServedRoutes started, String id) {
        boolean there = started.through(serving -> serving.has(id));
        if (!there) {
            throw new AfException(
                    ExitCode.REFUSED,
                    "there is no route " + id + ", and the configuration switches it on",
                    "Take the one that af came with, or leave the key away.");
        }
    }

    /** How many messages were refused since the start. */
    long refused() {
        return desk.refused();
    }

    /** A check for each trigger that is switched on. */
    List<Health.Check> checks() {
        return triggers.entrySet().stream()
                .map(one -> {
                    Trigger.Standing standing = one.getValue().standing();
                    return new Health.Check(one.getKey().route(), "", standing.well(), standing.line());
                })
                .toList();
    }

    /** One whose client fails at its end must not keep the others from theirs. */
    private void quietly(Runnable end) {
        try {
            end.run();
        } catch (RuntimeException e) {
            say.accept("a trigger of requests has not ended well: " + AfException.line(e));
        }
    }

    /** Begins nothing more, and tells what is due. */
    @Override
    public void close() {
        triggers.values().forEach(trigger -> quietly(trigger::leave));
        work.close();
        triggers.values().forEach(trigger -> quietly(trigger::close));
    }
}
