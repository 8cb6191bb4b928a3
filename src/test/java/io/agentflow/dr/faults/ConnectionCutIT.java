package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Aftermath;
import io.agentflow.dr.testing.Ballast;
import io.agentflow.dr.testing.CuttingProxy;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row 2 of the fault table: the connection is cut, reset, terminated or stalls, in mid-dump and in mid-restore. */
class ConnectionCutIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();
    private static final long MIDDLE = 3_000_000;
    private static final Duration FOR_EVER = Duration.ofMinutes(10);

    /** Another session may be opening its connection just then: it says that it cannot connect. */
    private static final String LOST = "connect";

    @TempDir
    static Path store;

    private static ADatabase database;

    @TempDir
    Path folder;

    private final CuttingProxy proxy = CuttingProxy.to(POSTGRES);
    private Aftermath aftermath;

    @BeforeAll
    static void makeABackup(@TempDir Path elsewhere) {
        database = Ballast.in(POSTGRES, "cut");
        AfProcess.Result made = new AfProcess(elsewhere)
                .with("AF_STORE", store.toString())
                .on(database)
                .run("backup", "create");
        assertThat(made.exitCode()).as(made.toString()).isZero();
    }

    @BeforeEach
    void lookBefore() {
        aftermath = Aftermath.in(folder, store, POSTGRES, database);
    }

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    private AfProcess af() {
        return new AfProcess(folder).with("AF_STORE", store.toString()).with("AF_DATABASE_URL", proxy.uri(database));
    }

    private AfProcess.Running startDump() {
        return af().start("backup", "create", "--json");
    }

    private AfProcess.Running startRestore() {
        return af().start("backup", "restore", "oldest", "--yes", "--json");
    }

    private static void terminate(String session) {
        assertThat(POSTGRES.existing("postgres")
                        .number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name"
                                + " LIKE 'af " + session + "%'"))
                .as("terminated sessions of " + session)
                .isPositive();
    }

    @Test
    void row02_aTerminatedDumpSessionIsALostConnection() {
        proxy.when("af data", MIDDLE).onlyAt("af data").stall(FOR_EVER);
        AfProcess.Running dump = startDump();
        proxy.awaitStrike();
        // What the others are at must not matter.
        await().until(() -> POSTGRES.existing("postgres")
                        .number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'af data%'"
                                + " AND state = 'active' AND query NOT LIKE 'COPY%'")
                == 0);

        terminate("data");
        proxy.release();

        aftermath.failed(dump.await(), 8, LOST).tidy().reported("data-folder", 8);
    }

    @Test
    void row02_aTerminatedSnapshotSessionFailsTheBackup() {
        proxy.when("af data", MIDDLE).onlyAt("af data").stall(FOR_EVER);
        AfProcess.Running dump = startDump();
        proxy.awaitStrike();

        terminate("snapshot");
        proxy.release();

        aftermath.failed(dump.await(), 8, LOST).tidy();
    }

    @Test
    void row02_aCutInMidDumpIsALostConnection() {
        proxy.when("af data", MIDDLE).cut();

        aftermath.failed(startDump().await(), 8, LOST).tidy();
        assertThat(proxy.struck()).isTrue();
    }

    @Test
    void row02_aResetInMidDumpIsALostConnection() {
        proxy.when("af data", MIDDLE).reset();

        aftermath.failed(startDump().await(), 8, LOST).tidy();
        assertThat(proxy.struck()).isTrue();
    }

    @Test
    void row02_aResetOfTheProofInMidDumpIsALostConnection() {
        proxy.when("af proof", 3000).onlyAt("af proof").reset();

        // One session: of two, the other one may still be connecting.
        AfProcess.Result result = af().run("backup", "create", "--jobs", "1");

        aftermath.failed(result, 8, LOST).tidy();
        assertThat(proxy.struck()).isTrue();
    }

    @Test
    void row02_aLongStallInMidDumpEndsAtTheTimeOut() {
        proxy.when("af data", MIDDLE).stall(FOR_EVER);

        AfProcess.Result result = af().with("AF_STALL_TIMEOUT", "5s").run("backup", "create", "--json");
        proxy.close();

        aftermath.failed(result, 8, LOST).tidy();
        assertThat(proxy.struck()).isTrue();
    }

    @Test
    void row02_aLongStallOfTheSnapshotSessionEndsAtTheTimeOut() {
        proxy.when("af data", MIDDLE).onlyAt("af snapshot").stall(FOR_EVER);

        // The proof asks in that session, too: by then it hears nothing any more.
        AfProcess.Result result = HeldRoutes.in(folder)
                .before("backup/backup-fingerprint", "fingerprint-tables")
                .of(af().with("AF_STALL_TIMEOUT", "5s"))
                .run("backup", "create", "--json");
        proxy.close();

        aftermath.failed(result, 8, LOST).tidy();
        assertThat(proxy.struck()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pg_table_size", "::bit(128)"})
    void row02_aStatementBesideTheDumpWhoseAnswerNeverComesEndsAtTheTimeOut(String statement) {
        proxy.holdBefore(statement);

        AfProcess.Result result = af().with("AF_STALL_TIMEOUT", "5s")
                .with("AF_LOCK_TIMEOUT", "1s")
                .run("backup", "create", "--json");
        proxy.awaitHeld();
        proxy.close();

        aftermath.failed(result, 8, LOST).tidy();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANALYZE ", "::bit(128)"})
    void row02_aStatementAfterTheLoadWhoseAnswerNeverComesEndsAtTheTimeOut(String statement) {
        proxy.holdBefore(statement);

        AfProcess.Result result =
                af().with("AF_STALL_TIMEOUT", "5s").run("backup", "restore", "oldest", "--yes", "--json");
        proxy.awaitHeld();
        proxy.close();

        aftermath.failed(result, 8, LOST).tidy();
    }

    /** What cannot be seen may well be at work: only silence of a server that tells ends a session. */
    @Test
    void row02_aServerThatDoesNotTellWhatItDoesIsWaitedFor() {
        database.with("ALTER DATABASE " + database.name() + " SET track_activities = off");
        // The session that watches asks for those of this name, too, and must get its answer.
        String proof = "SET application_name = 'af proof";
        proxy.when(proof, 4000).onlyAt(proof).stall(Duration.ofSeconds(9));
        try {
            AfProcess.Result result =
                    af().with("AF_STALL_TIMEOUT", "4s").run("backup", "create", "--json", "--jobs", "1");

            assertThat(result.exitCode()).as(result.toString()).isZero();
            assertThat(proxy.struck()).isTrue();
        } finally {
            database.with("ALTER DATABASE " + database.name() + " RESET track_activities");
        }
        aftermath.tidy();
    }

    @Test
    void row02_aShortStallInMidDumpIsSatOut() {
        proxy.when("af data", MIDDLE).stall(Duration.ofSeconds(2));

        AfProcess.Result result = af().with("AF_STALL_TIMEOUT", "6s").run("backup", "create", "--json");

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(proxy.struck()).isTrue();
        aftermath.hidSecrets(result).tidy();
    }

    @Test
    void row02_aRetryAfterACutInMidDumpSucceeds() {
        proxy.when("af data", MIDDLE).cut();

        AfProcess.Result result =
                af().with("AF_RETRIES", "1").with("AF_RETRY_DELAY", "1s").run("backup", "create");

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.err()).contains("trying again");
        assertThat(proxy.struck()).isTrue();
        aftermath.hidSecrets(result).tidy();
        assertThat(af().run("backup", "verify", "latest").exitCode()).isZero();
    }

    @Test
    void row02_aTerminatedLoadSessionIsALostConnection() {
        proxy.when("af load", MIDDLE).onlyAt("af load").stall(FOR_EVER);
        AfProcess.Running restore = startRestore();
        proxy.awaitStrike();

        terminate("load");
        proxy.release();

        aftermath.failed(restore.await(), 8, LOST).tidy().reported("load-outcome", 8);
    }

    @Test
    void row02_aTerminatedMaintenanceSessionFailsTheRestore() {
        proxy.when("af load", MIDDLE).onlyAt("af load").stall(FOR_EVER);
        AfProcess.Running restore = startRestore();
        proxy.awaitStrike();

        terminate("maintenance");
        proxy.release();

        aftermath.failed(restore.await(), 8, LOST).tidy();
    }

    @Test
    void row02_aCutInMidRestoreIsALostConnection() {
        proxy.when("af load", MIDDLE).cut();

        aftermath.failed(startRestore().await(), 8, LOST).tidy();
        assertThat(proxy.struck()).isTrue();
    }

    @Test
    void row02_aResetInMidRestoreIsALostConnection() {
        proxy.when("af load", MIDDLE).reset();

        aftermath.failed(startRestore().await(), 8, LOST).tidy();
        assertThat(proxy.struck()).isTrue();
    }

    @Test
    void row02_aLongStallInMidRestoreEndsAtTheTimeOut() {
        proxy.when("af load", MIDDLE).stall(FOR_EVER);

        AfProcess.Result result =
                af().with("AF_STALL_TIMEOUT", "5s").run("backup", "restore", "oldest", "--yes", "--json");
        proxy.close();

        aftermath.failed(result, 8, LOST);
        // Nobody could reach the server to drop it: the next restore does.
        AfProcess.Result next = new AfProcess(folder)
                .with("AF_STORE", store.toString())
                .on(database)
                .run("backup", "restore", "oldest", "--yes");
        assertThat(next.exitCode()).as(next.toString()).isZero();
        aftermath.tidy();
        dropPrevious();
    }

    @Test
    void row02_aShortStallInMidRestoreIsSatOut() {
        proxy.when("af load", MIDDLE).stall(Duration.ofSeconds(2));

        AfProcess.Result result =
                af().with("AF_STALL_TIMEOUT", "6s").run("backup", "restore", "oldest", "--yes", "--json");

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(proxy.struck()).isTrue();
        aftermath.hidSecrets(result).unchanged().tidy();
        dropPrevious();
    }

    @Test
    void row02_aRetryAfterACutInMidRestoreSucceeds() {
        proxy.when("af load", MIDDLE).cut();

        AfProcess.Result result =
                af().with("AF_RETRIES", "1").with("AF_RETRY_DELAY", "1s").run("backup", "restore", "oldest", "--yes");

        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.err()).contains("trying again");
        assertThat(proxy.struck()).isTrue();
        aftermath.hidSecrets(result).unchanged().tidy();
        dropPrevious();
    }

    private void dropPrevious() {
        AfProcess.Result dropped = new AfProcess(folder).on(database).run("backup", "restore", "--drop-old", "--yes");
        assertThat(dropped.exitCode()).as(dropped.toString()).isZero();
    }
}
