package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 34 of the fault table: the swap, killed between its statements. */
class SwapIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    /** A session in another database whose open transaction keeps this one from being renamed. */
    private Connection holding(String database) throws Exception {
        Connection holder = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/postgres", "postgres", LocalPostgres.PASSWORD);
        holder.setAutoCommit(false);
        try (Statement statement = holder.createStatement()) {
            statement.execute("COMMENT ON DATABASE " + database + " IS 'held'");
        }
        return holder;
    }

    private void awaitWaiting(String what) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> postgres.existing("postgres")
                                .number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                        + " AND query LIKE '" + what + "%'")
                        > 0);
    }

    @Test
    void row34_killedBeforeTheFirstRename() throws Exception {
        String name = "swap_first";
        ADatabase database = postgres.database(name).with("CREATE TABLE t AS SELECT 1 AS v");
        AfProcess af = new AfProcess(folder).on(database);
        ok(af.run("backup", "create"));
        database.with("UPDATE t SET v = 2");

        try (Connection holder = holding(name)) {
            AfProcess.Running running = af.start("backup", "restore", "latest", "--yes");
            awaitWaiting("ALTER DATABASE \"" + name + "\" RENAME");
            running.process().destroyForcibly();
            running.await();
            holder.rollback();
        }

        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(2);
        ok(af.run("backup", "restore", "latest", "--yes"));
        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(1);
        ok(af.run("backup", "restore", "--undo", "--yes"));
        assertThat(database.number("SELECT v FROM public.t")).isEqualTo(2);
        assertThat(postgres.databases())
                .filteredOn(n -> n.startsWith(name + "_af_"))
                .isEmpty();
    }
}
