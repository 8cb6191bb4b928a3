package io.agentflow.dr.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLettersTest {
    /** What pg_restore says of a user mapping that its wrapper does not take, and of a row. */
    private static final String SAID = """
            pg_restore: error: could not execute query: ERROR:  invalid option "fetch"
            HINT:  There are no valid options in this context.
            DETAIL:  Failing row contains (1, topsecret).
            Command was: CREATE USER MAPPING FOR postgres SERVER s OPTIONS (
                password 'topsecret',
                "user" 'x'
            );
            pg_restore: warning: errors ignored on restore: 1
            """;

    @TempDir
    Path folder;

    @Test
    void statementsAndRowsThatAToolQuotesAreNotRepeated() throws IOException {
        Programs programs = new Programs();
        ExternalProgram failing = new ExternalProgram(
                Path.of("/bin/sh"),
                List.of("-c", "cat >&2 <<'END'\n" + SAID + "END\nexit 1"),
                Map.of(),
                List.of(),
                Duration.ofMinutes(1));
        Throwable failure = catchThrowable(() -> programs.output(failing));
        List<byte[]> besides = new ArrayList<>();
        Instant now = Instant.parse("2026-11-27T03:00:00Z");
        Operation operation =
                new Operation(new OperationId("20261127T030000Z-restore-abcd"), now, "", List.of(), e -> {});

        new DeadLetters(folder, Clock.systemUTC(), new Redaction(), besides::add).report(operation, failure);

        JsonNode report = new ObjectMapper().readTree(besides.get(0));
        assertThat(report.path("toolSaid"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        "pg_restore: error: could not execute query: ERROR:  invalid option \"fetch\"",
                        "pg_restore: warning: errors ignored on restore: 1");
        assertThat(report.toString()).doesNotContain("topsecret");
    }
}
