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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Row 2 of the fault table, at the worst moment: the server commits, its reply is lost, and it cannot be asked at once.
 * What has happened may not happen again: others have built on it meanwhile.
 */
class LostCommitIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private final LocalPostgres postgres = LocalPostgres.shared();
    private final CuttingProxy proxy = CuttingProxy.to(postgres);

    @TempDir
    Path folder;

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    private AfProcess direct(ADatabase database) {
        return new AfProcess(folder).on(database);
    }

    private AfProcess broken(ADatabase database) {
        return new AfProcess(folder)
                .with("AF_DATABASE_URL", proxy.uri(database))
                .with("AF_RETRIES", "2")
                .with("AF_RETRY_DELAY", "1s");
    }

    private static AfProcess.Result ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        return result;
    }

    private void awaitRefused() {
        long before = proxy.refused();
        await().atMost(LIMIT).until(() -> proxy.refused() > before + 1);
    }

    @Test
    void row02_aReplaceWhoseCommitWentUnheardIsNotRunAgain() {
        ADatabase database = postgres.database("lost_replace")
                .with("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'backed up')");
        ok(direct(database).run("backup", "create"));
        database.with("UPDATE t SET v = 'broken'");
        proxy.loseReply("af critical", "COMMIT");

        AfProcess.Running running =
                broken(database).start("backup", "restore", "latest", "--tables", "t", "--replace", "--yes");
        proxy.awaitStrike();
        database.with("INSERT INTO t VALUES (2, 'written since')");
        awaitRefused();
        proxy.admit();
        AfProcess.Result result = ok(running.await());

        assertThat(result.err()).doesNotContain("trying again");
        assertThat(database.texts("SELECT v FROM public.t ORDER BY id")).containsExactly("backed up", "written since");
    }

    @Test
    void row02_aReplaceWhoseOutcomeNobodyTellsIsNotRunAgain() {
        ADatabase database = postgres.database("lost_unknown")
                .with("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'backed up')");
        ok(direct(database).run("backup", "create"));
        database.with("UPDATE t SET v = 'broken'");
        proxy.loseReply("af critical", "COMMIT");

        AfProcess.Result result = broken(database)
                .with("AF_STALL_TIMEOUT", "2s")
                .run("backup", "restore", "latest", "--tables", "t", "--replace", "--yes");

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
        assertThat(result.err())
                .contains("not known whether")
                .contains("pg_xact_status('")
                .doesNotContain("trying again");
        String question = result.err().replaceAll("(?s).*(SELECT pg_xact_status\\('\\d+'::xid8\\)).*", "$1");
        assertThat(database.texts(question)).containsExactly("committed");
        assertThat(database.texts("SELECT v FROM public.t")).containsExactly("backed up");
    }

    @Test
    void row02_aSwapAndAnUndoWhoseCommitsWentUnheardHappenOnce() {
        ADatabase database = postgres.database("lost_swap").with("CREATE TABLE t AS SELECT 'backed up' AS v");
        ok(direct(database).run("backup", "create"));
        database.with("UPDATE t SET v = 'the user''s'");
        proxy.loseReply("af maintenance", "COMMIT");

        AfProcess.Running restore = broken(database).start("backup", "restore", "latest", "--yes");
        proxy.awaitStrike();
        awaitRefused();
        proxy.admit();
        AfProcess.Result restored = ok(restore.await());

        assertThat(restored.err()).doesNotContain("trying again");
        assertThat(kept("lost_swap")).hasSize(1);
        assertThat(database.texts("SELECT v FROM public.t")).containsExactly("backed up");

        try (CuttingProxy second = CuttingProxy.to(postgres).loseReply("af maintenance", "COMMIT")) {
            AfProcess.Running undo = broken(database)
                    .with("AF_DATABASE_URL", second.uri(database))
                    .start("backup", "restore", "--undo", "--yes");
            second.awaitStrike();
            await().atMost(LIMIT).until(() -> second.refused() > 1);
            second.admit();
            ok(undo.await());
        }

        assertThat(database.texts("SELECT v FROM public.t")).containsExactly("the user's");
    }

    private List<String> kept(String name) {
        return postgres.databases().stream()
                .filter(other -> other.startsWith(name + "_"))
                .toList();
    }
}
