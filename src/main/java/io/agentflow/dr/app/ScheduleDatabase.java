package io.agentflow.dr.app;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.daemon.Health;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.request.Availability;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import org.apache.camel.component.quartz.QuartzComponent;
import org.jspecify.annotations.Nullable;
import org.quartz.CronTrigger;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerKey;
import org.quartz.impl.matchers.GroupMatcher;
import org.quartz.utils.ConnectionProvider;
import org.quartz.utils.DBConnectionManager;

/**
 * Keeps the schedules of several {@code af serve} in PostgreSQL, by Quartz's own tables: of a fire time one of them makes
 * use, and when it dies on the way another does.
 */
final class ScheduleDatabase {
    private static final String NAME = "af";
    private static final String TABLES = "/org/quartz/impl/jdbcjobstore/tables_postgres.sql";
    private static final int SESSIONS = 5;
    private static final Duration LOOK = Duration.ofSeconds(15);

    private final DatabaseUrl url;
    private final AfConfig config;
    private @Nullable Pool pool;
    private @Nullable Availability availability;

    ScheduleDatabase(DatabaseUrl url, AfConfig config) {
        this.url = url;
        this.config = config;
    }

    /**
     * Makes Quartz's tables if they are not there.
     *
     * @throws UsageError if it is one of the databases that are looked after, by whatever name it is reached
     */
    void prepare(List<Operations.Served> served) {
        try (Sql sql = Connections.open(url, "af schedules")) {
            identity(sql).ifPresent(identity -> served.forEach(one -> requireAnother(one, identity)));
            sql.run(
                    "RESET search_path; BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('af schedules'))");
            if (sql.yes("SELECT pg_catalog.to_regclass('qrtz_locks') IS NULL")) {
                sql.run(tables());
            }
            sql.run("COMMIT");
        }
    }

    private static void requireAnother(Operations.Served one, String identity) {
        Optional<String> other;
        try (Sql sql = Connections.open(one.request().url(), "af schedules")) {
            other = identity(sql);
        } catch (AfException e) {
            // Down at the moment: its first backup will say so.
            return;
        }
        if (other.filter(identity::equals).isPresent()) {
            throw new UsageError(
                    ConfigKey.CLUSTER_DATABASE_URL.key() + " is the database of af.database."
                            + one.database().name() + ": a restore of it would turn the schedules back, too",
                    "Give the schedules a database of their own.");
        }
    }

    /** Which database of which cluster it is, if the role may know. */
    private static Optional<String> identity(Sql sql) {
        return sql.yes("SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute')")
                ? Optional.of(sql.text("SELECT system_identifier || ' ' || oid FROM pg_catalog.pg_control_system(),"
                        + " pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"))
                : Optional.empty();
    }

    /** Quartz's own statements, without those that drop what is there. */
    private static String tables() {
        try (InputStream script = Objects.requireNonNull(Scheduler.class.getResourceAsStream(TABLES))) {
            String text = new String(script.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^--.*$", "");
            return Arrays.stream(text.split(";"))
                    .map(String::strip)
                    .filter(statement -> statement.startsWith("CREATE"))
                    .reduce("", (all, statement) -> all + statement + ";");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Camel's component over these tables. */
    QuartzComponent component() {
        Pool before = pool;
        if (before != null) {
            // Of routes that could not be started: nobody else closes it.
            before.shutdown();
        }
        Pool made = new Pool(url);
        pool = made;
        DBConnectionManager.getInstance().addConnectionProvider(NAME, made);
        QuartzComponent quartz = new QuartzComponent();
        quartz.setPrefixInstanceName(false);
        quartz.setProperties(properties());
        return quartz;
    }

    /** Looks from now on, until the process ends, whether it answers. */
    void watch(Consumer<String> say) {
        Availability watched = new Availability("schedules", say, Clock.systemUTC());
        availability = watched;
        new Timer("schedules-watch", true)
                .schedule(
                        new TimerTask() {
                            @Override
                            public void run() {
                                look(watched);
                            }
                        },
                        0,
                        LOOK.toMillis());
    }

    private void look(Availability watched) {
        try (Sql sql = Connections.open(url, "af schedules")) {
            sql.yes("SELECT true");
            watched.up("their database answers");
        } catch (AfException e) {
            watched.down("nothing is begun by schedule: " + e.fact());
        }
    }

    /** Whether schedules can fire. */
    Health.Check check() {
        io.agentflow.dr.request.Trigger.Standing standing =
                Objects.requireNonNull(availability).standing();
        return new Health.Check("schedules", "", standing.well(), standing.line());
    }

    private Map<String, String> properties() {
        String checkIn = String.valueOf(config.time(ConfigKey.CLUSTER_CHECK_IN).toMillis());
        Map<String, String> properties = new HashMap<>();
        properties.put("org.quartz.scheduler.instanceName", NAME);
        properties.put("org.quartz.scheduler.instanceId", "AUTO");
        properties.put("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        properties.put("org.quartz.threadPool.threadCount", "10");
        properties.put("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
        properties.put("org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
        properties.put("org.quartz.jobStore.dataSource", NAME);
        properties.put("org.quartz.jobStore.isClustered", "true");
        properties.put("org.quartz.jobStore.clusterCheckinInterval", checkIn);
        return properties;
    }

    /**
     * Forgets the schedules that are no longer configured as they were. To be called before the routes are made.
     *
     * @param crons cron expression by trigger, such as {@code backup-main}
     */
    void forget(Scheduler scheduler, Map<String, String> crons) {
        try {
            for (TriggerKey key : scheduler.getTriggerKeys(GroupMatcher.triggerGroupEquals(NAME))) {
                if (!sameAs(scheduler.getTrigger(key), crons.get(key.getName()))) {
                    scheduler.unscheduleJob(key);
                }
            }
        } catch (SchedulerException e) {
            throw broken(e);
        }
    }

    /** Camel itself compares the expression alone. */
    private boolean sameAs(Trigger stored, @Nullable String cron) {
        return stored instanceof CronTrigger trigger
                && trigger.getCronExpression().equals(cron)
                && trigger.getTimeZone().toZoneId().equals(config.zone())
                && trigger.getMisfireInstruction() == config.misfire();
    }

    private static Refused broken(SchedulerException e) {
        return new Refused(
                "the schedules cannot be used: " + e.getMessage(),
                "With " + ConfigKey.CLUSTER_DATABASE_URL.key() + ", check that the role may read and write qrtz_*.",
                e);
    }

    /** The triggers that databases ask for. */
    static Map<String, String> crons(List<ServedDatabase> databases) {
        Map<String, String> crons = new HashMap<>();
        for (ServedDatabase database : databases) {
            if (database.schedule() != null) {
                crons.put("backup-" + database.name(), database.schedule());
            }
            if (database.verifySchedule() != null) {
                crons.put("verify-" + database.name(), database.verifySchedule());
            }
            if (database.retentionSchedule() != null) {
                crons.put("expire-" + database.name(), database.retentionSchedule());
            }
        }
        return crons;
    }

    /** Sessions for Quartz. Its own pool takes the password as a property; this one is never printed. */
    private static final class Pool implements ConnectionProvider {
        private final HikariDataSource sessions;

        Pool(DatabaseUrl url) {
            Connections.Target target = Connections.target(url, "af schedules");
            HikariConfig pool = new HikariConfig();
            pool.setPoolName("af-schedules");
            pool.setJdbcUrl(target.url());
            pool.setDataSourceProperties(target.properties());
            pool.setMaximumPoolSize(SESSIONS);
            pool.setMinimumIdle(1);
            this.sessions = new HikariDataSource(pool);
        }

        @Override
        public Connection getConnection() throws SQLException {
            return sessions.getConnection();
        }

        @Override
        public void shutdown() {
            sessions.close();
        }

        @Override
        public void initialize() {
            // Its first session was opened by the constructor.
        }
    }
}
