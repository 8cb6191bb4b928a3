package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.daemon.Health;
import io.agentflow.dr.daemon.ManagementServer;
import io.agentflow.dr.daemon.Meters;
import io.agentflow.dr.daemon.OverdueWatch;
import io.agentflow.dr.route.Routes;
import io.agentflow.dr.store.BackupStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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
    private final List<OverdueWatch> watches;
    private final Clock clock;
    private final CountDownLatch drained = new CountDownLatch(1);
    private final Consumer<String> say;
    private volatile @Nullable ServedRoutes shared;
    private volatile Supplier<List<Health.Check>> more = List::of;
    private volatile @Nullable Followers followers;

    Service(
            Operations operations,
            List<Operations.Served> served,
            Clock clock,
            Consumer<String> say,
            Consumer<DatabaseState> overdue) {
        this.clock = clock;
        this.served = served;
        this.say = say;
        served.forEach(one -> states.put(one.database().name(), ScheduledWork.state(one)));
        this.meters = new Meters(states.values(), clock);
        this.work = new ScheduledWork(operations, served, states, meters, clock, say);
        this.health = new Health(
                states.values(), clock, STUCK, name -> operations.stranger(store(served, name)), this::others);
        this.watches = states.values().stream()
                .map(state -> new OverdueWatch(state, clock, work::refresh, overdue))
                .toList();
    }

    private static BackupStore store(List<Operations.Served> served, String database) {
        return served.stream()
                .filter(one -> one.database().name().equals(database))
                .findFirst()
                .orElseThrow()
                .request()
                .store();
    }

    private List<Health.Check> others() {
        List<Health.Check> others = new ArrayList<>(List.of(routes()));
        others.addAll(work.checks(STUCK));
        Followers following = followers;
        if (following != null) {
            others.addAll(following.checks());
        }
        others.addAll(more.get());
        return others;
    }

    /** Has other stores get the backups, too; before it runs. */
    void followedBy(Followers following) {
        followers = following;
        following.states().forEach(meters::following);
        work.whenPublished(following::wake);
    }

    /** Waits until nothing is being sent to other stores any more; what is cut short goes on after the next start. */
    void awaitFollowers(Duration limit) {
        Followers following = followers;
        if (following != null) {
            following.await(limit);
        }
    }

    private Health.Check routes() {
        ServedRoutes now = shared;
        String complaint = now == null ? "" : now.complaint();
        return new Health.Check("routes", "", complaint.isEmpty(), complaint.isEmpty() ? "running" : complaint);
    }

    ScheduledWork work() {
        return work;
    }

    /**
     * What is known of each database, by what the journal calls a backup of it.
     *
     * @param words as the journal writes them
     */
    Map<String, DatabaseState> byBackup(UnaryOperator<String> words) {
        Map<String, DatabaseState> byBackup = new LinkedHashMap<>();
        for (Operations.Served one : served) {
            DatabaseState state = states.get(one.database().name());
            if (state != null) {
                byBackup.put(words.apply(one.request().words()), state);
            }
        }
        return byBackup;
    }

    /**
     * Serves until {@link #drain} has come to its end.
     *
     * @param checks what else must be well; always the same checks, quickly
     */
    void run(
            List<Operations.Served> served,
            AfConfig config,
            Supplier<List<Health.Check>> checks,
            Supplier<ServedRoutes> start) {
        more = checks;
        meters.serving(states.values(), health);
        Timer looking = new Timer("routes-reload", true);
        watches.forEach(watch -> watch.start(LOOK));
        try (ManagementServer management = new ManagementServer(
                        config.text(ConfigKey.MANAGEMENT_HOST),
                        config.number(ConfigKey.MANAGEMENT_PORT),
                        health,
                        meters);
                ServedRoutes routes = start.get()) {
            shared = routes;
            say.accept("serving " + served.size() + (served.size() == 1 ? " database" : " databases")
                    + "; health and metrics at http://" + config.text(ConfigKey.MANAGEMENT_HOST) + ":"
                    + management.port() + "/observe/");
            long reload = config.time(ConfigKey.ROUTES_RELOAD).toMillis();
            if (reload > 0) {
                looking.schedule(look(routes), reload, reload);
            }
            Followers following = followers;
            if (following != null) {
                following.start();
            }
            drained.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watches.forEach(OverdueWatch::close);
            looking.cancel();
        }
    }

    private TimerTask look(ServedRoutes routes) {
        return new TimerTask() {
            @Override
            public void run() {
                try {
                    routes.look();
                } catch (RuntimeException e) {
                    // Thrown, it would end all further looks.
                    say.accept("routes: " + e);
                }
            }
        };
    }

    Meters meters() {
        return meters;
    }

    /**
     * What is known of a database.
     *
     * @param database as PostgreSQL calls it
     */
    Optional<DatabaseState> state(BackupStore store, Supplier<String> database) {
        return served.stream()
                .filter(one -> one.request().store().place().equals(store.place())
                        && one.request().url().database().text().equals(database.get()))
                .map(one -> states.get(one.database().name()))
                .filter(Objects::nonNull)
                .findFirst();
    }

    /**
     * Makes a route for each schedule.
     *
     * @param gap for how long nothing was let in until now; null at the first start
     */
    void schedule(Routes routes, List<Operations.Served> served, @Nullable Duration gap) {
        for (Operations.Served one : served) {
            ServedDatabase database = one.database();
            Duration none = gap == null ? Duration.ZERO : gap;
            if (gap == null) {
                announce("backup", database, database.schedule());
                announce("verify", database, database.verifySchedule());
                announce("expire", database, database.retentionSchedule());
            }
            schedule(routes, "backup", database, database.schedule(), gap == null ? sinceBackup(database) : gap);
            schedule(routes, "verify", database, database.verifySchedule(), none);
            schedule(routes, "expire", database, database.retentionSchedule(), none);
        }
    }

    private void announce(String act, ServedDatabase database, @Nullable String cron) {
        if (cron != null) {
            say.accept(database.name() + ": " + act + " at " + cron);
        }
    }

    /** What was due since the newest backup was missed, whoever made that. */
    private Duration sinceBackup(ServedDatabase database) {
        DatabaseState state = states.get(database.name());
        Instant newest = state == null ? null : state.newestBackup();
        if (state != null && newest == null) {
            // There was none yet, and the first one was killed.
            newest = state.killedAt();
        }
        Duration age = newest == null ? Duration.ZERO : Duration.between(newest, clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    private static void schedule(
            Routes routes, String act, ServedDatabase database, @Nullable String cron, Duration lookBack) {
        if (cron != null) {
            routes.schedule(act, database.name(), cron, lookBack);
        }
    }

    /** Begins nothing more and waits for what runs. @return whether all has ended in time */
    boolean drain(Duration limit) {
        ServedRoutes current = shared;
        if (current != null) {
            current.leave();
        }
        if (work.drain()) {
            say.accept("ending: no operation is begun any more");
        }
        Followers following = followers;
        if (following != null) {
            following.close();
        }
        Deadline deadline = Deadline.in(limit, clock);
        boolean idle = true;
        for (DatabaseState state : states.values()) {
            idle &= deadline.await(
                    state,
                    () -> state.runningSince() == null,
                    () -> say.accept(state.name() + ": the time to wait for its operation is over"));
        }
        return work.awaitBeside(deadline) && idle;
    }

    void ended() {
        drained.countDown();
    }
}
