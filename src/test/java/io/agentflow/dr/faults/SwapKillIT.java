package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.CuttingProxy;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 34 of the fault table: kill -9 in front of every statement of the swap, of its undo, and of dropping the old one. */
class SwapKillIT {
    /** Of a database swap_… in their order; the second place is what the one that steps aside is called by. */
    private static final List<String> STATEMENTS = List.of(
            "SET LOCAL lock_timeout",
            "ALTER DATABASE \"swap_%1$s\" RENAME",
            "COMMENT ON DATABASE \"swap_%1$s_%2$s",
            "RENAME TO \"swap_%1$s\"",
            "COMMENT ON DATABASE \"swap_%1$s\" IS",
            "COMMIT");

    // A cluster of its own: whoever is connected to it as af is the one that was killed.
    private static final LocalPostgres POSTGRES = LocalPostgres.start();

    @TempDir
    Path folder;

    @AfterAll
    static void stop() {
        POSTGRES.close();
    }

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    /** What the live database, the one that is kept and the sessions of the swap look like. */
    private List<String> state(String name) {
        return POSTGRES.existing("postgres")
                .texts("SELECT datname || ' ' || oid || ' ' || coalesce(shobj_description(oid, 'pg_database'), '')"
                        + " FROM pg_database WHERE datname LIKE '" + name + "%' ORDER BY 1");
    }

    private void awaitGone() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> POSTGRES.existing("postgres")
                                .number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'af %'")
                        == 0);
    }

    private AfProcess.Result killedAt(CuttingProxy proxy, ADatabase database, String... arguments) {
        AfProcess.Running running = new AfProcess(folder)
                .with("AF_DATABASE_URL", proxy.uri(database))
                .start(arguments);
        proxy.awaitHeld();
        running.process().destroyForcibly();
        AfProcess.Result killed = running.await();
        awaitGone();
        return killed;
    }

    @Test
    void row34_aRestoreKilledInItsSwapHasChangedNothing() {
        ADatabase database = POSTGRES.database("swap_restore").with("CREATE TABLE t AS SELECT 1 AS v");
        AfProcess af = new AfProcess(folder).on(database);
        ok(af.run("backup", "create"));
        database.with("UPDATE t SET v = 2");
        for (String statement : List.of(STATEMENTS.get(2), STATEMENTS.get(5))) {
            try (CuttingProxy proxy =
                    CuttingProxy.to(POSTGRES).holdBefore(String.format(statement, "restore", "before"))) {
                killedAt(proxy, database, "backup", "restore", "latest", "--yes");
            }
            assertThat(database.number("SELECT v FROM public.t")).as(statement).isEqualTo(2);
            assertThat(state("swap_restore_before")).as(statement).isEmpty();
        }
        ok(af.run("backup", "restore", "latest", "--yes"));
        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(1);
        assertThat(POSTGRES.databases())
                .filteredOn(n -> n.contains("swap_restore_af"))
                .isEmpty();
    }

    @Test
    void row34_anUndoKilledBeforeAnyStatementHasChangedNothingAndAfterTheCommitItIsDone() {
        ADatabase database = POSTGRES.database("swap_undo").with("CREATE TABLE t AS SELECT 1 AS v");
        AfProcess af = new AfProcess(folder).on(database);
        ok(af.run("backup", "create"));
        database.with("UPDATE t SET v = 2");
        ok(af.run("backup", "restore", "latest", "--yes"));
        List<String> before = state("swap_undo");
        assertThat(before).hasSize(2);
        for (String statement : STATEMENTS) {
            try (CuttingProxy proxy =
                    CuttingProxy.to(POSTGRES).holdBefore(String.format(statement, "undo", "undone"))) {
                killedAt(proxy, database, "backup", "restore", "--undo", "--yes");
            }
            assertThat(state("swap_undo")).as(statement).isEqualTo(before);
            assertThat(database.number("SELECT v FROM public.t")).as(statement).isEqualTo(1);
        }

        try (CuttingProxy proxy = CuttingProxy.to(POSTGRES).holdAfter("COMMIT")) {
            killedAt(proxy, database, "backup", "restore", "--undo", "--yes");
        }
        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(2);
        ok(af.run("backup", "restore", "--undo", "--yes"));
        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(1);

        try (CuttingProxy proxy = CuttingProxy.to(POSTGRES).holdBefore("DROP DATABASE")) {
            killedAt(proxy, database, "backup", "restore", "--drop-old", "--yes");
        }
        assertThat(state("swap_undo")).hasSize(2);
        try (CuttingProxy proxy = CuttingProxy.to(POSTGRES).holdAfter("DROP DATABASE")) {
            killedAt(proxy, database, "backup", "restore", "--drop-old", "--yes");
        }
        // Whether the server had come to its end or not, the next one finds what is left.
        assertThat(af.run("backup", "restore", "--drop-old", "--yes").exitCode())
                .isIn(0, 6);
        assertThat(state("swap_undo")).hasSize(1);
        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(1);
    }
}
