package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Aftermath;
import io.agentflow.dr.testing.CuttingProxy;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 9, 10 and 28 of the fault table: others who work on the store or the database at the same time, and the clock. */
class ConcurrencyIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private ADatabase database;

    @BeforeEach
    void prepare() {
        database = postgres.database("concurrent").agentflow();
    }

    private AfProcess af() {
        return new AfProcess(folder).on(database);
    }

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    private Connection session() throws SQLException {
        Connection session = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + database.name(),
                "postgres",
                LocalPostgres.PASSWORD);
        session.setAutoCommit(false);
        return session;
    }

    @Test
    void row09_twoBackupsOfOneDatabaseAtOnceAreBothWhole() {
        AfProcess.Running one = af().start("backup", "create", "--json");
        AfProcess.Running other = af().start("backup", "create", "--json");

        String first = ok(one.await()).json().path("id").asText();
        String second = ok(other.await()).json().path("id").asText();

        assertThat(first).isNotEqualTo(second);
        ok(af().run("backup", "verify", first));
        ok(af().run("backup", "verify", second));
    }

    @Test
    void row09_aBackupThatIsBeingRestoredIsNotDeleted() {
        ok(af().run("backup", "create"));
        AfProcess.Running restore = HeldRoutes.in(folder)
                .before("restore/restore-attempt", "load")
                .of(af())
                .start("backup", "restore", "latest", "--yes");
        await().atMost(Duration.ofSeconds(60)).until(() -> restore.errSoFar().contains("verify"));

        AfProcess.Result deleted = af().run("backup", "delete", "latest", "--yes", "--json");

        assertThat(deleted.exitCode()).as(deleted.toString()).isEqualTo(7);
        ok(restore.await());
        ok(af().run("backup", "delete", "latest", "--yes"));
    }

    @Test
    void row09_twoRestoresOfOneDatabaseDoNotMeet() {
        ok(af().run("backup", "create"));
        AfProcess.Running first = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(10))
                .before("restore/restore-attempt", "load")
                .of(af())
                .start("backup", "restore", "latest", "--yes");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> postgres.databases().stream().anyMatch(n -> n.contains("concurrent_af_")));

        AfProcess.Result second = af().run("backup", "restore", "latest", "--yes", "--json");

        assertThat(second.exitCode()).as(second.toString()).isEqualTo(7);
        ok(first.await());
        assertThat(postgres.databases()).noneMatch(n -> n.contains("concurrent_af_"));
    }

    @Test
    void row10_aClockThatWasPutBackIsNoticed() throws IOException {
        Path future = Files.createDirectories(folder.resolve("backups/29990101T000000Z-zzzz"));
        Files.writeString(future.resolve("manifest.json"), "{}");

        AfProcess.Result made = af().run("backup", "create", "--json");

        assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
        assertThat(made.json().path("warnings").toString()).contains("clock", "29990101T000000Z-zzzz");
        ok(af().run("backup", "verify", made.json().path("id").asText()));
    }

    @Test
    void row10_theIdTellsTheTimeInUtcWhateverTheZone() {
        AfProcess.Result made = ok(af().with("TZ", "America/St_Johns").run("backup", "create", "--json"));

        assertThat(made.json().path("id").asText().substring(0, 13))
                .isEqualTo(made.json()
                        .path("createdAt")
                        .asText()
                        .replaceAll("[-:]", "")
                        .substring(0, 13));
    }

    @Test
    void row28_aTableThatStaysLockedEndsTheBackupAndIsNamed() throws SQLException {
        ok(af().run("backup", "create"));
        Aftermath aftermath = Aftermath.in(folder, postgres, database);
        try (Connection locker = session();
                Statement statement = locker.createStatement()) {
            statement.execute("LOCK TABLE public.messages IN ACCESS EXCLUSIVE MODE");

            AfProcess.Result busy = af().with("AF_LOCK_TIMEOUT", "1s").run("backup", "create", "--json");

            locker.rollback();
            aftermath.failed(busy, 7, "locked by somebody else").tidy();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRUNCATE public.messages; INSERT INTO public.messages TABLE kept",
                "ALTER TABLE public.messages RENAME TO messages_before; CREATE TABLE public.messages AS TABLE kept"
            })
    void row28_aTableThatIsEmptiedAndFilledWhileTheSnapshotIsTakenIsNotBackedUpEmpty(String change)
            throws SQLException {
        AfProcess.Running dump = HeldRoutes.in(folder)
                .before("backup/backup-attempt", "open")
                .of(af())
                .start("backup", "create");
        await().atMost(Duration.ofSeconds(60)).until(() -> dump.errSoFar().contains("Backing up"));
        try (Connection other = session();
                Statement statement = other.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE kept AS TABLE public.messages");
            statement.execute(change);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> postgres.existing("postgres")
                                    .texts(
                                            "SELECT 1::text FROM pg_locks WHERE NOT granted AND mode = 'AccessShareLock'")
                                    .size()
                            > 0);
            other.commit();
        }

        ok(dump.await());

        AfProcess.Result restored = ok(af().run("backup", "restore", "latest", "--yes", "--json"));
        assertThat(database.number("SELECT count(*) FROM public.messages")).isPositive();
        assertThat(restored.json().path("proof").path("different")).isEmpty();
    }

    @Test
    void row28_aViewThatIsRefreshedAllTheTimeStandsInNobodysWay() throws Exception {
        database.with("CREATE MATERIALIZED VIEW busy AS SELECT 1 AS a");
        AtomicBoolean over = new AtomicBoolean();
        try (Connection other = session();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(true);
            CompletableFuture<Void> busy = CompletableFuture.runAsync(() -> {
                try {
                    while (!over.get()) {
                        statement.execute("REFRESH MATERIALIZED VIEW busy");
                        statement.execute("SELECT pg_sleep(0.01)");
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });

            AfProcess.Result made = af().with("AF_RETRIES", "0").run("backup", "create");

            over.set(true);
            busy.get();
            ok(made);
        }
    }

    @Test
    void row28_aLabelThatIsRenamedInMidDumpFailsTheAttemptAndTheNextOneIsWhole() throws Exception {
        database.with("CREATE TYPE state AS ENUM ('new', 'paid'); CREATE TABLE orders (id int, state state)")
                .with("INSERT INTO orders VALUES (1, 'new'), (2, 'paid')");
        AfProcess.Running dump = HeldRoutes.in(folder)
                .before("backup/backup-attempt", "dump")
                .of(af().with("AF_RETRIES", "1"))
                .start("backup", "create");
        awaitSnapshot();
        // Takes no lock on any table, nor waits for one.
        database.with("ALTER TYPE state RENAME VALUE 'paid' TO 'settled'; ALTER TYPE state ADD VALUE 'void'");

        ok(dump.await());

        ok(af().run("backup", "restore", "latest", "--yes"));
        assertThat(database.texts("SELECT state::text FROM public.orders ORDER BY id"))
                .containsExactly("new", "settled");
    }

    @Test
    void row28_schemasThatChangeNamesInMidDumpFailTheAttemptAndTheNextOneIsWhole() throws Exception {
        database.with(
                        "CREATE SCHEMA blue; CREATE TABLE blue.paint AS SELECT 'blue' AS colour FROM generate_series(1, 3)")
                .with("CREATE SCHEMA green; CREATE TABLE green.paint AS SELECT 'green' AS colour");
        AfProcess.Running dump = HeldRoutes.in(folder)
                .before("backup/backup-attempt", "dump")
                .of(af().with("AF_RETRIES", "1"))
                .start("backup", "create");
        awaitSnapshot();
        // Takes no lock on any table, nor waits for one.
        database.with(
                "ALTER SCHEMA blue RENAME TO away; ALTER SCHEMA green RENAME TO blue; ALTER SCHEMA away RENAME TO green");

        ok(dump.await());

        ok(af().run("backup", "restore", "latest", "--yes"));
        assertThat(database.texts("SELECT colour FROM blue.paint")).containsExactly("green");
        assertThat(database.texts("SELECT colour FROM green.paint")).containsExactly("blue", "blue", "blue");
    }

    @Test
    void row28_aTableIsFreeAgainAsSoonAsItIsDumped() throws Exception {
        AfProcess.Running backup = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(4))
                .before("backup/backup-attempt", "read-back")
                .of(af())
                .start("backup", "create");
        await().atMost(Duration.ofSeconds(60)).until(this::sealed);

        await().atMost(Duration.ofSeconds(2))
                .until(() -> postgres.existing("postgres")
                        .texts("SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'af %'")
                        .isEmpty());
        database.with("SET lock_timeout = '1s'; TRUNCATE public.messages");

        ok(backup.await());
    }

    private boolean sealed() {
        try (Stream<Path> files = Files.walk(folder.resolve("backups"))) {
            return files.anyMatch(file -> file.endsWith("manifest.json"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private void awaitSnapshot() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> postgres.existing("postgres")
                                .texts(
                                        "SELECT 1::text FROM pg_stat_activity WHERE application_name LIKE 'af snapshot%' AND"
                                                + " state = 'idle in transaction'")
                                .size()
                        > 0);
    }

    @Test
    void row28_aTableThatIsDroppedInMidDumpFailsTheAttemptAndTheNextOneIsWhole() throws Exception {
        AfProcess.Running dump = HeldRoutes.in(folder)
                .before("backup/backup-attempt", "dump")
                .of(af().with("AF_RETRIES", "1"))
                .start("backup", "create", "--json");
        awaitSnapshot();
        // Waits for the snapshot's lock, and everybody else's lock waits for this one.
        try (Connection other = session();
                Statement statement = other.createStatement()) {
            statement.execute("SET lock_timeout = '60s'");
            statement.execute("DROP TABLE public.budgets");
            other.commit();
        }

        AfProcess.Result made = ok(dump.await());

        assertThat(made.json().path("tables").asInt()).isEqualTo(10);
        ok(af().run("backup", "restore", "latest", "--yes"));
    }

    @Test
    void row28_aDatabaseThatIsDroppedByForceIsALostConnection() {
        ADatabase doomed = postgres.database("doomed").agentflow();
        try (CuttingProxy proxy = CuttingProxy.to(postgres)
                .when("af data", 20_000)
                .onlyAt("af data")
                .stall(Duration.ofMinutes(5))) {
            AfProcess.Running dump = new AfProcess(folder)
                    .with("AF_DATABASE_URL", proxy.uri(doomed))
                    .start("backup", "create", "--json");
            proxy.awaitStrike();
            postgres.maintain("DROP DATABASE doomed WITH (FORCE)");
            proxy.release();

            AfProcess.Result result = dump.await();

            assertThat(result.exitCode()).as(result.toString()).isIn(6, 8);
            assertThat(result.json().path("error").path("message").asText()).isNotBlank();
            assertThat(folder.resolve("backups").toFile().list()).containsOnly(".lock");
        }
    }
}
