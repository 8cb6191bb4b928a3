package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.daemon.FollowerState;
import io.agentflow.dr.daemon.Health;
import io.agentflow.dr.event.Announcer;
import io.agentflow.dr.follow.Follower;
import io.agentflow.dr.follow.Persistence;
import io.agentflow.dr.store.NamedStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** All stores that follow others, while {@code af serve} runs. Each has a worker of its own: one that hangs is alone. */
final class Followers implements AutoCloseable {
    /** A store that lets us wait for so long for its list answers no more. */
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(5);

    private final List<CatchUp> workers = new ArrayList<>();
    private final Duration every;
    private final Clock clock;

    Followers(
            Operations operations,
            List<Operations.Served> served,
            AfConfig config,
            Announcer announcer,
            Requester who,
            Clock clock,
            Consumer<String> say) {
        this.every = config.time(ConfigKey.CATCH_UP);
        this.clock = clock;
        for (Operations.Served one : served) {
            for (Follower follower : of(one)) {
                FollowerState state = new FollowerState(one.database().name(), follower.name());
                workers.add(new CatchUp(
                        operations.asked("catch-up", null, ""),
                        one,
                        follower,
                        persistence(config),
                        new FollowerNews(state, announcer, who, say),
                        clock));
            }
        }
    }

    /** The stores that follow the primary of a database. */
    static List<Follower> of(Operations.Served one) {
        List<Follower> followers = new ArrayList<>();
        List<NamedStore> stores = one.request().followers();
        for (int i = 0; i < stores.size(); i++) {
            followers.add(new Follower(
                    stores.get(i), one.database().keptIn().get(i + 1).retention()));
        }
        return followers;
    }

    /** How often a follower is tried at once before it counts as behind. */
    static Persistence persistence(AfConfig config) {
        return new Persistence(config.number(ConfigKey.RETRIES), config.time(ConfigKey.RETRY_DELAY));
    }

    List<FollowerState> states() {
        return workers.stream().map(CatchUp::state).toList();
    }

    /** Looks at once what they lack, and then every so often. */
    void start() {
        workers.forEach(worker -> worker.start(every));
    }

    /** A database has a new backup. */
    void wake(String database) {
        workers.stream()
                .filter(worker -> worker.state().database().equals(database))
                .forEach(CatchUp::wake);
    }

    /** One check for each database that has followers. */
    List<Health.Check> checks() {
        return states().stream()
                .map(FollowerState::database)
                .distinct()
                .map(this::check)
                .toList();
    }

    private Health.Check check(String database) {
        List<FollowerState> own = states().stream()
                .filter(state -> state.database().equals(database))
                .toList();
        return new Health.Check(
                "followers",
                database,
                own.stream().allMatch(state -> state.why() == null && !isSilent(state)),
                own.stream().map(this::words).collect(Collectors.joining("; ")));
    }

    private boolean isSilent(FollowerState state) {
        Instant since = state.waitingSince();
        return since != null && since.plus(ANSWER_LIMIT).isBefore(clock.instant());
    }

    private String words(FollowerState state) {
        int behind = state.behind();
        String why = state.why();
        if (isSilent(state)) {
            return state.store() + " has not answered since " + state.waitingSince();
        }
        if (!state.known()) {
            return "it is not known" + (why == null ? " yet" : "") + " what " + state.store() + " lacks"
                    + (why == null ? "" : ": " + why);
        }
        return behind == 0
                ? state.store() + " has all"
                : state.store() + " lacks " + Count.of(behind, "backup") + (why == null ? ", on the way" : ": " + why);
    }

    /** Begins nothing more. */
    @Override
    public void close() {
        workers.forEach(CatchUp::close);
    }

    /** Waits until nothing is being sent any more, so long at most. */
    void await(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        workers.forEach(worker -> worker.await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }
}
