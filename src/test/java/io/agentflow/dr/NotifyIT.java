package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.JsonSchema;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Webhook;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands tell whoever is to be told, and no recipient costs them anything. */
class NotifyIT {
    private static final JsonSchema EVENTS = JsonSchema.of("docs/reference/events.schema.json");
    private static final JsonSchema LETTERS = JsonSchema.of("docs/reference/dead-letter.schema.json");

    private final LocalPostgres postgres = LocalPostgres.shared();
    private final Webhook webhook = new Webhook();

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        webhook.close();
    }

    private AfProcess af(ADatabase database) {
        return new AfProcess(folder)
                .launched()
                .on(database)
                .with("AF_EVENTS_URI", "file:told?fileName=events.jsonl&fileExist=Append&appendChars=%0A")
                .with("AF_NOTIFY_URIS", webhook.uri("takes"))
                .with("AF_METRICS_TEXTFILE", folder.toString());
    }

    private List<JsonNode> events() throws IOException {
        return Files.readAllLines(folder.resolve("told/events.jsonl")).stream()
                .map(line -> EVENTS.requireFits(JsonSchema.json(line.getBytes(StandardCharsets.UTF_8))))
                .toList();
    }

    private static String type(JsonNode event) {
        return event.path("type").asText().replaceFirst(".*\\.", "");
    }

    private String metrics() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Path file = files.filter(one -> one.toString().endsWith(".prom"))
                    .findFirst()
                    .orElseThrow();
            return Files.readString(file);
        }
    }

    @Test
    void aBackupIsToldWhileOneRecipientFailsAndAnotherHangs() throws Exception {
        ADatabase database = postgres.database("notify").with("CREATE TABLE t AS SELECT 1 AS a");

        AfProcess.Result made = af(database)
                .with("AF_NOTIFY_SEVERITY", "info")
                .with(
                        "AF_NOTIFY_URIS",
                        webhook.uri("fails/T0KEN") + "," + webhook.uri("hangs/T0KEN") + "," + webhook.uri("takes"))
                .run("backup", "create", "--json");

        assertThat(made.exitCode()).as(made.toString()).isZero();
        List<JsonNode> events = events();
        assertThat(type(events.get(0))).isEqualTo("started");
        assertThat(type(events.get(events.size() - 1))).isEqualTo("done");
        assertThat(events.get(events.size() - 1).path("data").path("outcome").asText())
                .isEqualTo(made.json().path("id").asText());
        assertThat(webhook.received()).extracting(Webhook.Received::body).containsExactlyElementsOf(events);
        assertThat(webhook.received()).allSatisfy(one -> {
            assertThat(one.method()).isEqualTo("POST");
            assertThat(one.contentType()).startsWith("application/cloudevents+json");
        });
        assertThat(events.toString() + made).doesNotContain(LocalPostgres.PASSWORD, "T0KEN");
        assertThat(metrics())
                .containsPattern(
                        "af_backup_last_success_timestamp_seconds\\{database=\"notify\",store=\".+\"} 1\\.\\d+E9")
                .containsPattern("af_backup_last_status\\{.*} 1.0")
                .doesNotContain("af_up");

        Path schema = folder.resolve("backups")
                .resolve(made.json().path("id").asText())
                .resolve("schema.dump.gz");
        Files.write(schema, new byte[10]);
        AfProcess.Result damaged = af(database).run("backup", "verify", "latest");

        assertThat(damaged.exitCode()).as(damaged.toString()).isEqualTo(9);
        JsonNode found = events().get(events().size() - 1);
        assertThat(type(found) + " " + found.path("severity").asText()).isEqualTo("failed error");
        assertThat(found.path("data").path("exitCode").asInt()).isEqualTo(9);
        assertThat(metrics()).containsPattern("af_verify_last_status\\{.*} 0.0");
        assertThat(af(database).run("journal", "show", "-n", "1").out()).contains("failed (9)", "is damaged");
    }

    @Test
    void aFailureIsToldWithItsDeadLetterAndRemembered() throws Exception {
        ADatabase database = postgres.database("notify_failed").with("CREATE TABLE t AS SELECT 1 AS a");
        postgres.maintain("ALTER DATABASE notify_failed ALLOW_CONNECTIONS false");

        AfProcess.Result failed = af(database)
                .with("AF_DEAD_LETTER_URI", webhook.uri("takes/letters"))
                .run("backup", "create");

        assertThat(failed.exitCode()).as(failed.toString()).isNotZero();
        List<JsonNode> events = events();
        JsonNode last = events.get(events.size() - 1);
        assertThat(type(last)).isIn("failed", "refused");
        assertThat(last.path("data").path("exitCode").asInt()).isEqualTo(failed.exitCode());
        Path file = Path.of(last.path("data").path("report").asText());
        JsonNode letter = LETTERS.requireFits(JsonSchema.json(Files.readAllBytes(folder.resolve(file))));
        assertThat(letter.toString()).doesNotContain(LocalPostgres.PASSWORD);
        // Progress and beginnings do not matter enough to be notified of.
        assertThat(webhook.received()).extracting(Webhook.Received::body).containsExactlyInAnyOrder(letter, last);
        assertThat(failed.toString()).doesNotContain("T0KEN");
        assertThat(metrics()).containsPattern("af_backup_last_status\\{.*} 0.0");

        postgres.maintain("ALTER DATABASE notify_failed ALLOW_CONNECTIONS true");
        assertThat(af(database).run("backup", "create").exitCode()).isZero();
        assertThat(metrics())
                .containsPattern("af_backup_last_status\\{.*} 1.0")
                .as("when one last failed is remembered")
                .containsPattern("af_backup_last_failure_timestamp_seconds\\{.*} 1\\.\\d+E9");
    }

    @Test
    void whatCannotBeUsedIsSaidByKeyAndWithoutTheAddress() {
        AfProcess.Result refused = new AfProcess(folder)
                .launched()
                .with("AF_EVENTS_URI", "slackk:general?token=T0KEN")
                .with("AF_NOTIFY_URIS", "/just/a/path/T0KEN")
                .with("AF_NOTIFY_SEVERITY", "loud")
                .run("backup", "list");

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err())
                .contains("af.events.uri names Camel's component slackk", "af.notify.uris holds", "af.notify.severity")
                .doesNotContain("T0KEN");
        assertThat(new AfProcess(folder)
                        .launched()
                        .with("AF_NOTIFY_URIS", webhook.uri("takes/T0KEN"))
                        .run("config", "show", "--effective")
                        .toString())
                .contains("af.notify.uris = http:****")
                .doesNotContain("T0KEN");
    }
}
