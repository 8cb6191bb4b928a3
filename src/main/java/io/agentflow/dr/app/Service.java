package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.daemon.Health;
import io.agentflow.dr.daemon.ManagementServer;
import io.agentflow.dr.daemon.Meters;
import io.agentflow.dr.daemon.OverdueWatch;
import io.agentflow.dr.route.Routes;
import io.agentflow.dr.store.DirectoryStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quartz.CronExpression;

/** {@code af serve} from its start to its end: schedules, health and metrics over the same routes as the commands. */
final class Service {
    /** An operation that runs for so long deserves a look. */
    private static final Duration STUCK = Duration.ofHours(24);

    /** How often it is looked whether a backup is overdue. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final List<Operations.Served> served;
    private final Map<String, DatabaseState> states = new LinkedHashMap<>();
    private final ScheduledWork work;
    private final Meters meters;
    private final Health health;
    private final OverdueWatch watch;
    private final Clock clock;
    private final CountDownLatch drained = new CountDownLatch(1);
    private final Consumer<String> say;

    /** @throws UsageError with everything that is wrong with the schedules, by key */
    Service(
            Operations operations,
            List<Operations.Served> served,
            Clock clock,
            Consumer<String> say,
            Consumer<DatabaseState> overdue) {
        requireSchedules(served);
        this.clock = clock;
        this.served = served;
        this.say = say;
        served.forEach(one -> states.put(one.database().name(), ScheduledWork.state(one)));
        this.meters = new Meters(states.values(), clock);
        this.work = new ScheduledWork(operations, served, states, meters, clock, say);
        this.health = new Health(states.values(), clock, STUCK, List::of);
        meters.serving(states.values(), health);
        this.watch = new OverdueWatch(states.values(), clock, work::refresh, overdue);
    }

    private static void requireSchedules(List<Operations.Served> served) {
        List<String> wrong = new ArrayList<>();
        for (Operations.Served one : served) {
            String key = "af.database." + one.database().name() + ".";
            check(key + "schedule", one.database().schedule(), wrong);
            check(key + "verify-schedule", one.database().verifySchedule(), wrong);
        }
        if (!wrong.isEmpty()) {
            throw new UsageError(
                    String.join("; ", wrong), "Quartz has seconds first: '0 0 2 * * ?' is every day at two.");
        }
    }

    private static void check(String key, @Nullable String cron, List<String> wrong) {
        if (cron != null && !CronExpression.isValidExpression(cron)) {
            wrong.add(key + " is '" + cron + "', not a cron expression");
        }
    }

    ScheduledWork work() {
        return work;
    }

    /** Serves until {@link #drain} has come to its end. */
    void run(List<Operations.Served> served, AfConfig config, Function<Service, Routes> start) {
        watch.start(LOOK);
        try (ManagementServer management = new ManagementServer(
                        config.text(ConfigKey.MANAGEMENT_HOST),
                        config.number(ConfigKey.MANAGEMENT_PORT),
                        health,
                        meters);
                Routes routes = start.apply(this)) {
            for (Operations.Served one : served) {
                schedule(routes, "backup", one.database(), one.database().schedule());
                schedule(routes, "verify", one.database(), one.database().verifySchedule());
            }
            say.accept("serving " + served.size() + (served.size() == 1 ? " database" : " databases")
                    + "; health and metrics at http://" + config.text(ConfigKey.MANAGEMENT_HOST) + ":"
                    + management.port() + "/observe/");
            drained.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watch.close();
        }
    }

    Meters meters() {
        return meters;
    }

    /**
     * What is known of a database.
     *
     * @param database as PostgreSQL calls it
     */
    Optional<DatabaseState> state(DirectoryStore store, Supplier<String> database) {
        return served.stream()
                .filter(one -> one.request().store().root().equals(store.root())
                        && one.request().url().database().text().equals(database.get()))
                .map(one -> states.get(one.database().name()))
                .filter(Objects::nonNull)
                .findFirst();
    }

    private void schedule(Routes routes, String act, ServedDatabase database, @Nullable String cron) {
        if (cron != null) {
            routes.schedule(act, database.name(), cron);
            say.accept(database.name() + ": " + act + " at " + cron);
        }
    }

    /** Begins nothing more and waits for what runs. @return whether all has ended in time */
    boolean drain(Duration limit) {
        if (work.drain()) {
            say.accept("ending: no operation is begun any more");
        }
        Instant deadline = clock.instant().plus(limit);
        boolean idle = true;
        for (DatabaseState state : states.values()) {
            idle &= awaitIdle(state, deadline);
        }
        return idle;
    }

    private boolean awaitIdle(DatabaseState state, Instant deadline) {
        synchronized (state) {
            while (state.runningSince() != null) {
                long left = Duration.between(clock.instant(), deadline).toMillis();
                if (left <= 0) {
                    say.accept(state.name() + ": the time to wait for its operation is over");
                    return false;
                }
                try {
                    state.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }

    void ended() {
        drained.countDown();
    }
}
