package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.JsonSchema;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Port;
import io.agentflow.dr.testing.Project;
import io.agentflow.dr.testing.Webhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes {@code af serve} and fires the documented alert when backups stop; the webhook hears of it once. */
class PrometheusIT {
    private static final Pattern ADDRESS = Pattern.compile("http://127.0.0.1:(\\d+)/observe/");

    private final LocalPostgres postgres = LocalPostgres.shared();
    private final Webhook webhook = new Webhook();
    private Optional<Process> prometheus = Optional.empty();
    private Optional<AfProcess.Running> serving = Optional.empty();

    @TempDir
    Path folder;

    @AfterEach
    void end() throws InterruptedException {
        serving.ifPresent(one -> one.process().destroyForcibly());
        if (prometheus.isPresent()) {
            // It writes into the folder until it has ended.
            prometheus.get().destroyForcibly().waitFor();
        }
        webhook.close();
    }

    private static JsonNode get(String uri) {
        try {
            return new ObjectMapper().readTree(text(uri));
        } catch (IOException e) {
            return new ObjectMapper().createObjectNode();
        }
    }

    private static String text(String uri) throws IOException {
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private int serve(ADatabase database) throws IOException {
        Files.write(
                folder.resolve("af.properties"),
                List.of(
                        "af.notify.uris = " + webhook.uri("takes") + ", " + webhook.uri("fails/T0KEN"),
                        "af.database.main.url = " + database.uri().replace("\\", "\\\\"),
                        "af.database.main.schedule = 0/1 * * * * ?",
                        "af.database.main.rpo = 12s"));
        AfProcess.Running running =
                new AfProcess(folder).with("AF_MANAGEMENT_PORT", "0").start("serve");
        serving = Optional.of(running);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> running.errSoFar().contains("main: backup 2")
                        && running.errSoFar().contains("/observe/"));
        Matcher address = ADDRESS.matcher(running.errSoFar());
        assertThat(address.find()).isTrue();
        return Integer.parseInt(address.group(1));
    }

    /** The rules as they are documented, only more impatient. */
    private String prometheus(int af) throws IOException {
        int port = Port.free();
        Files.writeString(
                folder.resolve("rules.yaml"),
                Files.readString(Project.file("docs/alerts/af-alerts.yaml")).replaceAll("for: \\w+", "for: 1s"));
        Files.writeString(
                folder.resolve("prometheus.yaml"),
                "global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}\n"
                        + "rule_files: [rules.yaml]\n"
                        + "scrape_configs:\n  - job_name: af\n    metrics_path: /observe/metrics\n"
                        + "    static_configs: [{targets: ['127.0.0.1:" + af + "']}]\n");
        prometheus = Optional.of(new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + folder.resolve("prometheus.yaml"),
                        "--storage.tsdb.path=" + folder.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start());
        return "http://127.0.0.1:" + port + "/api/v1/";
    }

    private static boolean fires(String api, String alert) {
        return StreamSupport.stream(
                        get(api + "alerts").path("data").path("alerts").spliterator(), false)
                .anyMatch(one -> one.path("labels").path("alertname").asText().equals(alert)
                        && one.path("state").asText().equals("firing"));
    }

    private long told(String type) {
        return webhook.received().stream()
                .filter(one -> one.type().equals(type))
                .count();
    }

    @Test
    void anAlertFiresWhenBackupsStop() throws Exception {
        ADatabase database = postgres.database("prometheus").with("CREATE TABLE t AS SELECT 1 AS a");
        int af = serve(database);
        String api = prometheus(af);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> get(api + "query?query=af_up")
                                .path("data")
                                .path("result")
                                .size()
                        == 1);
        assertThat(fires(api, "AfBackupOverdue")).isFalse();
        assertThat(told("overdue")).isZero();

        postgres.maintain("ALTER DATABASE prometheus ALLOW_CONNECTIONS false");

        await().atMost(Duration.ofSeconds(40)).until(() -> fires(api, "AfBackupOverdue"));
        await().atMost(Duration.ofSeconds(10)).until(() -> told("overdue") > 0);
        String metrics = "http://127.0.0.1:" + af + "/observe/metrics";
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Pattern.compile("af_events_dropped_total\\{recipient=\"notify-2\"} [1-9]")
                        .matcher(text(metrics))
                        .find());
        assertThat(text(metrics)).containsPattern("af_dead_letters [1-9]");
        assertThat(told("overdue")).as("once for each breach").isEqualTo(1);
        assertThat(told("failed") + told("refused")).isPositive();
        assertThat(serving.orElseThrow().errSoFar())
                .containsOnlyOnce("notify-2 could not be told of")
                .doesNotContain("T0KEN", LocalPostgres.PASSWORD);
        JsonSchema schema = JsonSchema.of("docs/reference/events.schema.json");
        webhook.received().forEach(one -> schema.requireFits(one.body()));
    }
}
