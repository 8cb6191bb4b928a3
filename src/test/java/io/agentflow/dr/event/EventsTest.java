package io.agentflow.dr.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.core.Secret;
import io.agentflow.dr.testing.JsonSchema;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What others are told of operations: in the documented form, not too often, and without secrets. */
class EventsTest {
    private static final JsonSchema SCHEMA = JsonSchema.of("docs/reference/events.schema.json");
    private static final Requester OPS = new Requester("ops", "db 1", "ssh 10.1.2.3", null);

    private final MovedClock clock = new MovedClock();
    private final List<CloudEvent> told = new ArrayList<>();
    private final Redaction redaction = new Redaction();
    private final Announcer announcer = new Announcer(told::add, clock, Duration.ofSeconds(10), redaction);
    private final OperationId id = new OperationId("20261123T025149Z-backup-ab12");

    private ToldOperation begun() {
        ToldOperation operation = announcer.listening(id, event -> {});
        operation.started(OPS, "backup of postgresql://u:geheim@h/d to /backup");
        return operation;
    }

    private List<JsonNode> documents() {
        return told.stream()
                .map(event -> SCHEMA.requireFits(JsonSchema.json(event.json().getBytes(StandardCharsets.UTF_8))))
                .toList();
    }

    @Test
    void anOperationIsToldFromItsBeginningToItsEnd() {
        ToldOperation operation = begun();
        operation.accept(new OperationEvent.Progress("data", 0.5, "1 of 2 tables"));
        operation.accept(new OperationEvent.Warned("a warning"));
        clock.move(Duration.ofMillis(1500));
        operation.done(ExitCode.WARNINGS, "made", List.of("a warning", "another"));
        operation.accept(new OperationEvent.Progress("data", 1, "too late"));

        List<JsonNode> documents = documents();

        assertThat(documents)
                .extracting(event -> event.path("type").asText() + " "
                        + event.path("severity").asText())
                .containsExactly(
                        "io.agentflow.dr.operation.started info",
                        "io.agentflow.dr.operation.progress info",
                        "io.agentflow.dr.operation.done warning");
        assertThat(documents.get(2).path("data").path("seconds").asDouble()).isEqualTo(1.5);
        assertThat(documents.get(2).path("data").path("exitCode").asInt()).isEqualTo(3);
        assertThat(documents.get(2).path("data").path("warnings")).hasSize(2);
        assertThat(documents.get(0).path("source").asText()).isEqualTo("urn:af:db-1");
    }

    @Test
    void progressIsNotToldMoreOftenThanThePace() {
        ToldOperation operation = begun();
        for (int i = 0; i < 30; i++) {
            operation.accept(new OperationEvent.Progress("data", i / 30.0, ""));
            clock.move(Duration.ofSeconds(1));
        }

        assertThat(told)
                .filteredOn(event -> event.type() == CloudEvent.Type.PROGRESS)
                .hasSize(3);
    }

    @Test
    void failuresAndRefusalsAreToldApart() {
        begun().failed(new OperationFailed("it broke", "Mend it."), false);
        begun().failed(new Refused("role 'x' is missing", "Create it."), false);
        begun().failed(new IllegalStateException("password=geheim"), false);

        List<JsonNode> documents = documents();

        assertThat(documents)
                .extracting(event -> event.path("type").asText().replaceFirst(".*\\.", "") + " "
                        + event.path("severity").asText() + " "
                        + event.path("data").path("exitCode").asText())
                .contains("failed error 1", "refused warning 4");
        assertThat(documents.toString()).doesNotContain("geheim");
    }

    @Test
    void noTextHoldsASecret() {
        redaction.learn(new Secret("p'w\":@/\\%?#& ü"));
        ToldOperation operation = begun();
        operation.accept(new OperationEvent.Warned("it said p'w\":@/\\%?#& ü"));
        operation.accept(new OperationEvent.Progress("data", -1, "token=abc123"));
        operation.failed(
                new OperationFailed(
                        "cannot reach https://u:hidden@host/x?apiKey=k1",
                        "Set PGPASSWORD=hunter2 or \"secret\": \"s1\"."),
                false);

        assertThat(documents().toString())
                .doesNotContain("p'w", "abc123", "hidden", "k1", "hunter2", "\"s1", "geheim")
                .contains("****");
    }

    @Test
    void aBreachOfTheRpoIsTold() {
        announcer.overdue("main", "/backup", OPS, clock.instant().minusSeconds(100), Duration.ofSeconds(60));
        announcer.overdue("main", "/backup", OPS, null, Duration.ofSeconds(60));

        List<JsonNode> documents = documents();

        assertThat(documents.get(0).path("data").path("ageSeconds").asInt()).isEqualTo(100);
        assertThat(documents.get(1).path("severity").asText()).isEqualTo("error");
    }

    @Test
    void theSchemaRefusesWhatIsNoEvent() {
        begun();
        ObjectNode event = (ObjectNode) documents().get(0);

        assertThat(SCHEMA.fits(event.deepCopy().put("type", "io.agentflow.dr.operation.started2")))
                .isFalse();
        assertThat(SCHEMA.fits(event.deepCopy().put("more", 1))).isFalse();
        ((ObjectNode) event.path("data")).remove("verb");
        assertThat(SCHEMA.fits(event)).isFalse();
    }

    /** Stands until it is moved. */
    private static final class MovedClock extends Clock {
        private Instant now = Instant.parse("2026-11-23T02:51:49Z");

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
