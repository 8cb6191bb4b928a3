package io.agentflow.dr.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.ToolFailedException;
import java.nio.file.Path;
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

    private static AfException failureOf(String script) {
        ExternalProgram shell = new ExternalProgram(
                Path.of("/bin/sh"), List.of("-c", script), Map.of(), List.of(), Duration.ofMinutes(1));
        try (Programs programs = new Programs()) {
            return PgFailures.of(catchThrowableOfType(ToolFailedException.class, () -> programs.output(shell)));
        }
    }
}
