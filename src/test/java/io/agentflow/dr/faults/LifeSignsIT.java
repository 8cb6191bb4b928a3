package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 2 of the fault table from its other side: what only takes long is left to go on, and what is over ends. */
class LifeSignsIT {
    private static final String SLOW = "CREATE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS"
            + " 'BEGIN PERFORM pg_sleep(0.05); RETURN $1; END'";

    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    private AfProcess on(ADatabase database) {
        return new AfProcess(folder).on(database);
    }

    @Test
    void row02_anIndexThatIsBuiltForLongerThanTheStallTimeOutIsWaitedFor() {
        ADatabase database = postgres.database("life_index")
                .with(SLOW)
                .with("CREATE TABLE t AS SELECT 1 AS a FROM generate_series(1, 100)")
                .with("CREATE INDEX ON t (slow(a))");
        ok(on(database).run("backup", "create"));

        ok(on(database).with("AF_STALL_TIMEOUT", "2s").run("backup", "restore", "latest", "--yes"));
    }

    @Test
    void row02_aTableThatIsDumpedForLongerThanTheStallTimeOutIsWaitedFor() {
        // Random text, compressed as hard as can be: nothing is said until its end.
        ADatabase database = postgres.database("life_table")
                .with("CREATE TABLE t AS SELECT string_agg(md5(i::text || j::text), '') AS a"
                        + " FROM generate_series(1, 2200) i, generate_series(1, 2200) j GROUP BY i");
        AfProcess.Result made = ok(on(database)
                .with("AF_STALL_TIMEOUT", "3s")
                .run("backup", "create", "--jobs", "1", "--compression-level", "9", "--proof", "none", "--json"));

        assertThat(made.json().path("seconds").asDouble()).isGreaterThan(4);
    }

    @Test
    void row29_timeOutsOfTheServersConfigurationEndNothing() {
        ADatabase database = postgres.database("life_timeouts")
                .with(SLOW)
                .with("CREATE TABLE t AS SELECT 1 AS a FROM generate_series(1, 60)")
                .with("CREATE INDEX ON t (slow(a))");
        postgres.maintain("ALTER ROLE postgres SET idle_session_timeout = '1s'");
        try {
            ok(on(database).run("backup", "create"));
            ok(on(database).run("backup", "restore", "latest", "--yes"));
        } finally {
            postgres.maintain("ALTER ROLE postgres RESET idle_session_timeout");
        }
    }

    @Test
    void row03_whatWasCancelledDoesNotGoOnInTheServer() {
        ADatabase database = postgres.database("life_cancelled")
                .with("CREATE TABLE many AS SELECT md5(i::text) AS a FROM generate_series(1, 12000000) i");
        AfProcess.Running running = on(database).start("backup", "create");
        await().atMost(Duration.ofSeconds(60)).until(() -> active("af proof%") > 0);

        running.process().destroy();
        running.await();

        // Left alone, this query goes on for much longer than that.
        await().atMost(Duration.ofSeconds(5)).until(() -> active("af proof%") == 0);
    }

    /** A standby that is gone must not hold the swap back, and no snapshot be older than the lock that was waited for. */
    @Test
    void row29_sessionsSeeWhatIsCommittedAndFlushWhatTheyCommit() {
        ADatabase database = postgres.database("life_settings");
        postgres.maintain("ALTER DATABASE life_settings SET default_transaction_isolation = 'serializable'");
        for (String set : List.of("off", "local")) {
            postgres.maintain("ALTER DATABASE life_settings SET synchronous_commit = " + set);
            try (Sql sql = Connections.open(database.url(), "af test")) {
                assertThat(sql.text("SHOW synchronous_commit")).isEqualTo("local");
                assertThat(sql.text("SHOW transaction_isolation")).isEqualTo("read committed");
            }
        }
    }

    private long active(String application) {
        return postgres.existing("postgres")
                .number("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND application_name LIKE '"
                        + application + "'");
    }
}
