package io.agentflow.dr.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.TableLocked;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.ToolFailedException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PgFailuresTest {

    @Test
    void takesWhatAToolIsDoingForNoReasonOfItsFailure() {
        AfException meaning = failureOf("echo 'pg_dump: reading row-level security policies' >&2; exit 1");

        assertThat(meaning.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(meaning.hint()).doesNotContain("BYPASSRLS");
    }

    @Test
    void refusesWhatRowSecurityHides() {
        AfException meaning = failureOf("echo 'pg_dump: error: query failed: ERROR:  query would be affected by"
                + " row-level security policy for table \"users\"' >&2; exit 1");

        assertThat(meaning.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(meaning.hint()).contains("BYPASSRLS");
    }

    @Test
    void theFirstComplaintCountsAlsoWhenOthersFollowed() {
        ToolFailedException failure =
                failure("echo 'pg_restore: error: COPY failed for table \"messages\"' >&2; exit 1");

        AfException meaning = PgFailures.of(
                failure,
                "could not execute query: ERROR:  could not extend file \"base/1/2\": No space left on device");

        assertThat(meaning.fact()).isEqualTo("the database server ran out of disk space");
    }

    @Test
    void aLockThatPgDumpDoesNotGetIsATableInUse() {
        AfException meaning = failureOf(
                "echo 'pg_dump: error: query failed: ERROR:  canceling statement due to statement"
                        + " timeout' >&2; echo 'pg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE' >&2; exit 1");

        assertThat(meaning).isInstanceOf(TableLocked.class);
    }

    @Test
    void aStandbyThatMustGoOnReplayingIsNoDeadlockThatAnotherAttemptGetsAround() {
        String said = "canceling statement due to conflict with recovery";

        for (AfException meaning : List.of(
                PgFailures.of(new SQLException("ERROR: " + said, "40001")),
                PgFailures.of(new SQLException("FATAL: terminating connection due to conflict with recovery", "40001")),
                failureOf("echo 'pg_dump: error: Dumping the contents of table \"t\" failed: PQgetResult() failed.'"
                        + " >&2; echo 'pg_dump: detail: Error message from server: ERROR:  " + said
                        + "' >&2; exit 1"))) {
            assertThat(meaning.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(meaning.hint()).contains("hot_standby_feedback", "max_standby_streaming_delay");
        }
    }

    private static AfException failureOf(String script) {
        return PgFailures.of(failure(script));
    }

    private static ToolFailedException failure(String script) {
        ExternalProgram shell = new ExternalProgram(
                Path.of("/bin/sh"), List.of("-c", script), Map.of(), List.of(), Duration.ofMinutes(1));
        try (Programs programs = new Programs()) {
            return catchThrowableOfType(ToolFailedException.class, () -> programs.output(shell));
        }
    }
}
