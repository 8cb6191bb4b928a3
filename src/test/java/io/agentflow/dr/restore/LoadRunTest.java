package io.agentflow.dr.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.postgres.PgToolSet;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.postgres.ServerVersion;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.RunningProgram;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.testing.GoldenBackup;
import io.agentflow.dr.verify.ArchiveCheck;
import io.agentflow.dr.verify.Decryption;
import io.agentflow.dr.verify.VerifyBackup;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pg_restore may say, and what follows from it. A sleeping shell stands for the pg_restore that would be ended. */
class LoadRunTest {
    private static final String HARMLESS =
            "pg_restore: error: could not execute query: ERROR:  must be owner of extension plpgsql";

    private final Programs programs = new Programs();
    private final RunningProgram program = programs.start(
            new ExternalProgram(Path.of("/bin/sleep"), List.of("300"), Map.of(), List.of(), Duration.ofMinutes(5)),
            (running, line) -> {});

    private final LoadArchive archive = new LoadArchive(programs, new PgTools(programs, List.of()));

    @AfterEach
    void close() {
        programs.close();
    }

    private LoadRun run(boolean mayRepeat) {
        Operation operation = new Operation(
                OperationId.startedAt(Instant.EPOCH, "restore", new Random(1)),
                Instant.EPOCH,
                "",
                List.of(),
                event -> {});
        BackupId id = GoldenBackup.ID;
        Path folder = GoldenBackup.folder();
        DatabaseUrl target = DatabaseUrl.parse("postgresql://af@db1/golden");
        RestoreRequest request = new RestoreRequest(
                new DirectoryStore(folder.resolve(".."), DirectoryPermissions.OWNER),
                id,
                RestoreType.FULL,
                target,
                RestoreOptions.EXACT,
                TableChoice.CRITICAL,
                4,
                Duration.ofMinutes(1),
                "");
        VerifyBackup verify = new VerifyBackup(
                new ArchiveCheck(programs, new PgTools(programs, List.of())),
                new Decryption(Optional::empty, Path.of("unused")),
                event -> {});
        RestoreRun.Staged staged = new RestoreRun.Staged(
                new RestoreRun.Planned(
                        operation,
                        request,
                        verify.verify(id, folder).require(),
                        null,
                        new RestorePlan(List.of(), false, 0, 0)),
                new DatabaseName("golden_af_auny"),
                new ServerVersion(150018, "15.18"),
                List.of(),
                false);
        return new LoadRun(staged, command(), new LoadProgress(staged), mayRepeat);
    }

    private static PgCommand command() {
        return PgCommand.restoreAll(
                new PgToolSet(Path.of("/usr/bin"), 15, "15.18"),
                DatabaseUrl.parse("postgresql://af@db1/golden"),
                GoldenBackup.folder(),
                4,
                null,
                new ServerVersion(150018, "15.18"),
                false);
    }

    @Test
    void anEntryThatLostADeadlockIsLeftForAnotherRun() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: from TOC entry 6734; 1259 40575 INDEX for_replica postgres");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  deadlock detected");

        assertThat(run.repeated()).containsExactly("6734");
        assertThat(run.error()).isNull();
        assertThat(program.running()).isTrue();
    }

    @Test
    void aGrantThatCameBeforeTheOneOnItsSchemaIsLeftForAnotherRun() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: from TOC entry 3391; 0 0 ACL TABLE parent postgres");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  permission denied for schema zoo");

        assertThat(run.repeated()).containsExactly("3391");
        assertThat(run.error()).isNull();
    }

    @Test
    void twoWorkersThatNameTheirGrantsBeforeEitherSaysWhatIsWrongHaveBothLeftForAnotherRun() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: from TOC entry 3391; 0 0 ACL TABLE one postgres");
        run.said(program, "pg_restore: from TOC entry 3392; 0 0 ACL TABLE two postgres");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  permission denied for schema zoo");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  permission denied for schema zoo");

        assertThat(run.repeated()).containsExactly("3391", "3392");
        assertThat(run.error()).isNull();
    }

    @Test
    void whatFailedBesideWhatLostToAnotherWorkerIsRestoredAgainAndToldOnce() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: from TOC entry 3391; 0 0 ACL TABLE one postgres");
        run.said(program, "pg_restore: from TOC entry 2; 0 0 COMMENT EXTENSION plpgsql ");
        run.said(program, HARMLESS);
        run.said(program, "pg_restore: error: could not execute query: ERROR:  permission denied for schema zoo");
        LoadRun again = run.again(command());
        again.said(program, "pg_restore: from TOC entry 2; 0 0 COMMENT EXTENSION plpgsql ");
        again.said(program, HARMLESS);

        assertThat(run.repeated()).containsExactly("3391", "2");
        assertThat(again.error()).isNull();
        assertThat(again.warnings()).hasSize(1);
    }

    @Test
    void whatElseIsNotPermittedEndsPgRestore() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: from TOC entry 220; 1259 16389 TABLE parent postgres");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  permission denied for schema zoo");

        assertThat(run.error()).contains("permission denied");
    }

    @Test
    void aSecondRunHasNobodyToRunInto() {
        LoadRun run = run(false);

        run.said(program, "pg_restore: from TOC entry 6734; 1259 40575 INDEX for_replica postgres");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  deadlock detected");

        assertThat(run.error()).contains("deadlock detected");
        assertThat(program.running()).isFalse();
    }

    @Test
    void aMaterialisedViewThatTheBackupDoesNotKnowMayNotStayUnfilled() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: from TOC entry 3391; 0 7 MATERIALIZED VIEW DATA v postgres");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  could not connect to server \"far\"");

        assertThat(run.error()).contains("could not connect");
        assertThat(run.unfilled()).isEmpty();
    }

    @Test
    void twoWorkersThatNameTheirIndexesBeforeEitherSaysWhatIsWrongHaveBothLeftForLater() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: from TOC entry 3234; 1259 16419 INDEX one postgres");
        run.said(program, "pg_restore: from TOC entry 3235; 1259 16420 INDEX two postgres");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  function f(unknown) does not exist");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  function g(unknown) does not exist");

        assertThat(run.indexes()).containsExactly("3234", "3235");
        assertThat(run.error()).isNull();
    }

    @Test
    void anIndexWhoseFunctionReliesOnTheSearchPathIsLeftForLaterWithItsComment() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: from TOC entry 3234; 1259 16419 INDEX one postgres");
        run.said(
                program,
                "pg_restore: error: could not execute query: ERROR:  function unaccent(unknown, text) does not exist");
        run.said(program, "pg_restore: from TOC entry 3391; 0 0 COMMENT INDEX one postgres");
        run.said(program, "pg_restore: error: could not execute query: ERROR:  relation \"app.one\" does not exist");

        assertThat(run.indexes()).containsExactly("3234", "3391");
        assertThat(run.again(command()).indexes()).isEqualTo(run.indexes());
        assertThat(run.error()).isNull();
        assertThat(run.warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1259 16419 INDEX one postgres|ERROR:  could not create unique index \"one\"",
                "2606 16419 CONSTRAINT t t_pkey postgres|ERROR:  function f(text) does not exist",
                "0 0 COMMENT INDEX one postgres|ERROR:  relation \"app.one\" does not exist",
            })
    void nothingElseIsLeftForLater(String entryAndError) {
        LoadRun run = run(true);
        String[] parts = entryAndError.split("\\|", -1);

        run.said(program, "pg_restore: from TOC entry 3234; " + parts[0]);
        run.said(program, "pg_restore: error: could not execute query: " + parts[1]);

        assertThat(run.indexes()).isEmpty();
        assertThat(run.error()).endsWith(parts[1]);
    }

    @Test
    void aSecondRunKnowsWhatTheFirstHadToSay() {
        LoadRun run = run(true);
        run.said(program, "pg_restore: error: could not execute query: ERROR:  must be owner of extension plpgsql");

        assertThat(run.again(command()).warnings()).isEqualTo(run.warnings());
    }

    @Test
    void anyOtherErrorEndsPgRestore() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: error: could not execute query: ERROR:  role \"x\" does not exist");

        assertThat(run.error()).contains("role \"x\" does not exist");
        assertThat(program.running()).isFalse();
    }

    @Test
    void whatCannotChangeARowIsAWarning() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: error: could not execute query: ERROR:  must be owner of extension plpgsql");

        assertThat(run.warnings()).hasSize(1);
        assertThat(run.error()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pg_restore: pg_restore: error: could not execute query: ERROR:  x",
                "error: could not execute query: ERROR:  x",
                "could not execute query: ERROR:  x",
                "COPY failed for table \"t\": ERROR:  x",
                "pg_restore: error: pg_restore: something that nobody has said yet",
            })
    void twoMessagesInOneLineHideNoError(String line) {
        LoadRun run = run(true);

        run.said(program, line);

        assertThat(run.error()).isNotNull();
        assertThat(program.running()).isFalse();
    }

    /** Seen with pg_restore 17 and a server 15: each worker's limit is refused while the leader tells of its work. */
    @Test
    void theBeginningOfAnErrorInTheLineOfAnotherMessageEndsNothing() {
        LoadRun run = run(true);

        String limit = "could not execute query: ERROR:  unrecognized configuration parameter \"transaction_timeout\"";
        InputStream stdout = ending(
                run,
                "pg_restore: error: " + limit,
                "pg_restore: entering main parallel loop",
                "pg_restore:pg_restore: launching item 3174 TABLE DATA tenants",
                " error: pg_restore: launching item 3175 TABLE DATA agents",
                limit,
                "Command was: SET transaction_timeout = 0;",
                "pg_restore: finished main parallel loop",
                ignored(2));

        assertThat(archive.outcome(run, stdout)).isSameAs(run);
        assertThat(run.warnings()).isEmpty();
    }

    /** A shell that says on stderr what pg_restore would, and ends with 1. */
    private InputStream ending(LoadRun run, String... lines) {
        return programs.start(
                        new ExternalProgram(
                                Path.of("/bin/sh"),
                                List.of("-c", "printf '%s\\n' \"$0\" >&2; exit 1", String.join("\n", lines)),
                                Map.of(),
                                List.of(),
                                Duration.ofMinutes(5)),
                        run::said)
                .stdout();
    }

    private static String ignored(int errors) {
        return "pg_restore: warning: errors ignored on restore: " + errors;
    }

    @Test
    void whatPgRestoreWentOnAfterIsHarmlessIfAllOfItWasHeard() {
        LoadRun run = run(true);

        assertThat(archive.outcome(run, ending(run, HARMLESS, HARMLESS, ignored(2))))
                .isSameAs(run);
        assertThat(run.warnings()).hasSize(1);
    }

    @Test
    void anErrorOfAWorkerCountsOnceMoreForItsEntry() {
        LoadRun run = run(true);

        assertThat(archive.outcome(
                        run,
                        ending(
                                run,
                                HARMLESS,
                                "pg_restore: entering main parallel loop",
                                "pg_restore: from TOC entry 3391; 0 7 COMMENT EXTENSION plpgsql",
                                HARMLESS,
                                "pg_restore: finished main parallel loop",
                                ignored(3))))
                .isSameAs(run);
    }

    @Test
    void anErrorThatPgRestoreCountedAndNobodyHeardEndsTheRestore() {
        LoadRun run = run(true);
        InputStream stdout = ending(run, HARMLESS, ignored(2));

        assertThatThrownBy(() -> archive.outcome(run, stdout))
                .isInstanceOf(OperationFailed.class)
                .hasMessageContaining("counted 2 errors");
    }

    @Test
    void aPgRestoreThatEndedBeforeItsCountHasFailed() {
        LoadRun run = run(true);
        InputStream stdout = ending(run, HARMLESS);

        assertThatThrownBy(() -> archive.outcome(run, stdout)).isInstanceOf(OperationFailed.class);
    }

    @Test
    void aNameThatHoldsTheWordIsNoError() {
        LoadRun run = run(true);

        run.said(program, "pg_restore: creating TABLE \"public.error: not one\"");
        run.said(program, "pg_restore: finished item 12 TABLE DATA error: not one");

        assertThat(run.error()).isNull();
    }

    @Test
    void aLimitThatAnOlderServerDoesNotKnowIsNotWorthAWord() {
        LoadRun run = run(true);

        run.said(
                program,
                "pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter"
                        + " \"transaction_timeout\"");

        assertThat(run.warnings()).isEmpty();
        run.said(program, "pg_restore: warning: errors ignored on restore: 1");
        assertThat(run.heardAll()).isTrue();
        assertThat(run.error()).isNull();
        assertThat(program.running()).isTrue();
    }
}
