package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Pooler;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 33 of the fault table, and what else a target of a restore may be. */
class TargetsIT {
    private final LocalPostgres postgres = LocalPostgres.shared();
    private final ExecutorService executor = Executors.newCachedThreadPool();

    @TempDir
    Path folder;

    private AfProcess backedUp(ADatabase database) {
        AfProcess af = new AfProcess(folder).on(database);
        AfProcess.Result created = af.run("backup", "create", "--json");
        assertThat(created.exitCode()).as(created.toString()).isZero();
        return af;
    }

    @Test
    void row33_sessionsThatQueryAllTheTimeLoseTheDatabaseForLessThanASecond() throws Exception {
        ADatabase database = postgres.database("busy").agentflow();
        AfProcess af = backedUp(database);
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Duration> longest = CompletableFuture.supplyAsync(() -> longestOutage(database, over));

        JsonNode restored =
                af.run("backup", "restore", "latest", "--yes", "--json").json();
        over.set(true);

        assertThat(restored.path("status").asText()).as(restored.toString()).isEqualTo("ok");
        assertThat(restored.path("downtimeMillis").asLong()).isLessThan(1000);
        assertThat(longest.get()).isLessThan(Duration.ofSeconds(1));
    }

    /** Queries in new sessions, one after the other, and says for how long none succeeded. */
    private static Duration longestOutage(ADatabase database, AtomicBoolean over) {
        long lastGood = System.nanoTime();
        long longest = 0;
        while (!over.get()) {
            try {
                database.number("SELECT count(*) FROM public.tenants");
                longest = Math.max(longest, System.nanoTime() - lastGood);
                lastGood = System.nanoTime();
            } catch (AfException expectedDuringTheSwap) {
                assertThat(expectedDuringTheSwap.fact()).isNotEmpty();
            }
        }
        return Duration.ofNanos(longest);
    }

    @Test
    void row33_clientsBehindAPoolerThatReconnectAtOnceWaitForLessThanASecond() throws Exception {
        ADatabase database = postgres.database("behind_pooler").agentflow();
        AfProcess af = backedUp(database);
        try (Pooler pooler =
                Pooler.inFrontOf(postgres, "behind_pooler", "server_login_retry = 0.1", "default_pool_size = 4")) {
            AtomicBoolean over = new AtomicBoolean();
            CountDownLatch answered = new CountDownLatch(4);
            List<CompletableFuture<Duration>> clients = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> longestOutage(pooler, answered, over), executor))
                    .limit(4)
                    .toList();
            assertThat(answered.await(1, TimeUnit.MINUTES)).isTrue();

            AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");
            AfProcess.Result undone = af.run("backup", "restore", "--undo", "--yes", "--json");
            over.set(true);

            assertThat(restored.exitCode()).as(restored.toString()).isZero();
            assertThat(undone.exitCode()).as(undone.toString()).isZero();
            for (CompletableFuture<Duration> client : clients) {
                assertThat(client.get()).isLessThan(Duration.ofSeconds(1));
            }
        }
    }

    /** A query every 10 ms, in the session that it had or in a new one at once. */
    private static Duration longestOutage(Pooler pooler, CountDownLatch answered, AtomicBoolean over) {
        long lastGood = 0;
        long longest = 0;
        while (!over.get()) {
            try (Connection session = DriverManager.getConnection(pooler.jdbc());
                    Statement statement = session.createStatement()) {
                while (!over.get()) {
                    statement
                            .executeQuery("SELECT count(*), pg_sleep(0.01) FROM public.tenants")
                            .close();
                    longest = lastGood == 0 ? 0 : Math.max(longest, System.nanoTime() - lastGood);
                    lastGood = System.nanoTime();
                    answered.countDown();
                }
            } catch (SQLException expectedDuringTheSwap) {
                assertThat(expectedDuringTheSwap.getMessage()).isNotEmpty();
            }
        }
        return Duration.ofNanos(Math.max(longest, System.nanoTime() - lastGood));
    }

    @Test
    void row33_anotherClusterGetsANewDatabase() {
        ADatabase database = postgres.database("moved").agentflow();
        AfProcess af = backedUp(database);

        try (LocalPostgres other = LocalPostgres.start()) {
            AfProcess.Result restored =
                    af.with("AF_TARGET_DATABASE_URL", other.uri("moved")).run("backup", "restore", "latest", "--json");

            assertThat(restored.exitCode()).as(restored.toString()).isZero();
            assertThat(restored.json().path("previousDatabase").isNull()).isTrue();
            assertThat(other.dump("moved")).isEqualTo(database.dump());
        }
    }

    @Test
    void row33_aClusterThatLacksARoleAndAnExtensionIsRefusedUntouched() {
        postgres.maintain("DO $$BEGIN CREATE ROLE only_here; EXCEPTION WHEN duplicate_object THEN NULL; END$$");
        ADatabase database =
                postgres.database("needy").with("CREATE TABLE t (i int); ALTER TABLE t OWNER TO only_here");
        AfProcess af = backedUp(database);

        try (LocalPostgres other = LocalPostgres.start()) {
            AfProcess.Result refused =
                    af.with("AF_TARGET_DATABASE_URL", other.uri("needy")).run("backup", "restore", "latest", "--json");

            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
            assertThat(refused.json().path("error").path("message").asText()).contains("only_here");
            assertThat(other.databases()).containsExactly("postgres", "template0", "template1");
        }
    }

    @Test
    void row33_withoutYesAndWithoutATerminalNothingIsTouched() {
        ADatabase database = postgres.database("unconfirmed").agentflow();
        AfProcess af = backedUp(database);
        database.with("DROP TABLE messages");
        String live = database.dump();

        AfProcess.Result refused = af.run("backup", "restore", "latest", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("hint").asText()).contains("--yes");
        assertThat(database.dump()).isEqualTo(live);
    }

    @Test
    void row33_aDatabaseThatIsReadOnlyByDefaultComesBackReadOnlyByDefault() {
        ADatabase database = postgres.database("read_only").agentflow();
        postgres.maintain("ALTER DATABASE read_only SET default_transaction_read_only = on;"
                + " ALTER DATABASE read_only SET search_path = public, pg_catalog");
        AfProcess af = backedUp(database);

        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(database.texts("SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_database d"
                        + " ON d.oid = s.setdatabase WHERE d.datname = 'read_only' ORDER BY 1"))
                .containsExactly("default_transaction_read_only=on", "search_path=public, pg_catalog");
    }

    @Test
    void row33_preparedTransactionsAreNamedBeforeAnythingIsTouched() {
        ADatabase database = postgres.database("prepared").with("CREATE TABLE t (i int)");
        AfProcess af = backedUp(database);
        database.with("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'stuck'");

        AfProcess.Result refused = af.run("backup", "restore", "latest", "--yes", "--json");
        database.with("ROLLBACK PREPARED 'stuck'");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.json().path("error").path("message").asText()).contains("prepared");
    }

    @Test
    void anOwnerWhoIsNoSuperuserBacksUpAndRestoresHisOwn() {
        postgres.maintain(
                "DO $$BEGIN CREATE ROLE plain_owner LOGIN CREATEDB; EXCEPTION WHEN duplicate_object THEN NULL;"
                        + " END$$; ALTER ROLE plain_owner PASSWORD '"
                        + LocalPostgres.PASSWORD.replace("'", "''") + "'");
        ADatabase database = postgres.database("owned");
        postgres.maintain("ALTER DATABASE owned OWNER TO plain_owner; COMMENT ON DATABASE owned IS 'mine'");
        AfProcess af = new AfProcess(folder).with("AF_DATABASE_URL", postgres.uri("owned", "plain_owner"));
        database.with(
                "SET ROLE plain_owner; CREATE SCHEMA own; CREATE TABLE own.t AS SELECT generate_series(1, 9) AS i");
        String before = database.dump();

        AfProcess.Result created = af.run("backup", "create", "--json");
        assertThat(created.exitCode()).as(created.toString()).isZero();
        database.with("DROP TABLE own.t");
        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(database.dump()).isEqualTo(before);
        assertThat(database.texts(
                        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'owned'"))
                .containsExactly("mine");
        assertThat(af.run("backup", "restore", "--undo", "--yes").exitCode()).isZero();
        assertThat(database.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'own'"))
                .isZero();
    }

    @Test
    void aBackupUnderConstantWritesRestoresToWhatItsSnapshotSaw() {
        ADatabase database = postgres.database("written").agentflow();
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                database.with("INSERT INTO messages SELECT (jsonb_populate_record(m, jsonb_build_object('id',"
                        + " gen_random_uuid()))).* FROM messages m LIMIT 20; DELETE FROM plans WHERE ctid IN"
                        + " (SELECT ctid FROM plans LIMIT 1)");
            }
        });
        AfProcess af = backedUp(database);
        over.set(true);
        writer.join();

        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");

        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(restored.json().path("proof").path("identical").asInt()).isEqualTo(11);
    }
}
