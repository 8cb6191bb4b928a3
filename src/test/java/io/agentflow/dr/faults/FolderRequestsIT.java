package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HeldRoutes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Requests by files in a folder. */
class FolderRequestsIT extends RequestsContract {
    private int sent;

    private Path inbox() {
        return folder.resolve("inbox");
    }

    @Override
    List<String> configuration() {
        return List.of("af.request.folder = " + inbox());
    }

    @Override
    void send(byte[] message, Map<String, String> headers) throws IOException {
        sent++;
        Files.createDirectories(inbox());
        Path elsewhere = Files.write(folder.resolve("message-" + sent), message);
        Files.move(elsewhere, inbox().resolve("message-" + sent + ".json"));
    }

    @Override
    List<JsonNode> results() throws IOException {
        List<JsonNode> results = new ArrayList<>();
        if (Files.isDirectory(inbox().resolve("results"))) {
            try (Stream<Path> files = Files.list(inbox().resolve("results"))) {
                for (Path file :
                        files.filter(f -> !f.toString().endsWith(".tmp")).toList()) {
                    results.add(new ObjectMapper().readTree(Files.readAllBytes(file)));
                }
            }
        }
        return results;
    }

    @Override
    void restartBroker() {
        // A folder needs no broker.
    }

    /** The result is written into the same file again. */
    @Override
    void awaitCopy(AfProcess.Running af, String id, int before) {
        Path moved = inbox().resolve("accepted/message-" + sent + ".json");
        await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(moved));
        assertThat(inbox().resolve("results/" + id + ".json")).exists();
        assertThat(inbox().resolve("refused"))
                .isDirectoryNotContaining(file -> file.toString().endsWith(sent + ".json"))
                .isDirectoryContaining("glob:**message-{1,2,3,4,5,8}.json");
        assertThat(inbox()).isDirectoryNotContaining(Files::isRegularFile);
        assertThat(af.errSoFar()).doesNotContain("accepted by folder");
    }

    @Test
    void routesThatAreExchangedTakeNothingTwiceAndWaitForWhatRuns() throws Exception {
        ADatabase main = postgres.database("requests_exchange").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess held = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(3))
                .before("backup/backup-attempt", "seal")
                .of(af());
        AfProcess.Running af = serve(held, main, "af.routes.reload = 1s");
        send(signed("b-1", "backup"), HOSTILE);
        awaitRunning("b-1");

        Path route;
        try (Stream<Path> files = Files.walk(folder)) {
            route = files.filter(file -> file.endsWith("request/request-folder.camel.yaml"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(route, Files.readString(route).replace("delay: \"500\"", "delay: \"400\""));
        await().atMost(Duration.ofSeconds(60)).until(() -> af.errSoFar().contains("changed ones count from now on"));

        assertThat(af.errSoFar().indexOf("changed ones count"))
                .as(af.errSoFar())
                .isGreaterThan(af.errSoFar().indexOf("main: backup 2"));
        send(signed("b-2", "backup"), HOSTILE);
        awaitResult(af, "b-2", "done");
        awaitResult(af, "b-1", "done");
        assertThat(af().run("backup", "list", "--json").json().path("backups")).hasSize(2);
        assertThat(af.errSoFar().split("accepted by folder", -1)).hasSize(3);
    }

    @Test
    void whatExpiresWhileItWaitsIsNotDone() throws Exception {
        ADatabase main = postgres.database("requests_late").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess held = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(12))
                .before("backup/backup-attempt", "seal")
                .of(af());
        AfProcess.Running af = serve(held, main);
        send(signed("b-1", "backup"), HOSTILE);
        awaitRunning("b-1");

        Instant soon = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(8);
        send(signed("b-2", "backup", "expiresAt", soon.toString()), HOSTILE);

        JsonNode late = awaitResult(af, "b-2", "failed");
        assertThat(late.path("exitCode").asInt()).isEqualTo(4);
        assertThat(late.path("message").asText()).isEqualTo("the request expired at " + soon);
        awaitResult(af, "b-1", "done");
        assertThat(af().run("backup", "list", "--json").json().path("backups")).hasSize(1);
    }

    @Test
    void aRequestThatFailsIsOneFailure() throws Exception {
        ADatabase main = postgres.database("requests_failure");
        postgres.maintain("ALTER DATABASE requests_failure ALLOW_CONNECTIONS false");
        Path told = folder.resolve("told");
        String file = "file:" + told + "?fileExist=Append&appendChars=%0A&fileName=";
        AfProcess.Running af = serve(
                af(), main, "af.events.uri = " + file + "events.jsonl", "af.notify.uris = " + file + "notices.jsonl");

        send(signed("b-1", "backup"), HOSTILE);
        awaitResult(af, "b-1", "failed");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ends(told.resolve("events.jsonl")).size() == 2);

        assertThat(ends(told.resolve("events.jsonl")))
                .extracting(event -> event.path("data").path("verb").asText() + " "
                        + event.path("severity").asText())
                .containsExactly("backup warning", "request info");
        List<JsonNode> notices = ends(told.resolve("notices.jsonl"));
        assertThat(notices)
                .singleElement()
                .satisfies(notice ->
                        assertThat(notice.path("data").path("request").asText()).endsWith(", for request b-1"));
        JsonNode letters = af().run("dead-letters", "list", "--json").json().path("reports");
        assertThat(letters)
                .singleElement()
                .satisfies(letter -> assertThat(letter.path("request").asText()).endsWith(", for request b-1"));
        assertThat(results())
                .extracting(result -> result.path("status").asText())
                .containsExactly("failed");
    }

    private static List<JsonNode> ends(Path events) throws IOException {
        List<JsonNode> ends = new ArrayList<>();
        for (String line : Files.exists(events) ? Files.readAllLines(events) : List.<String>of()) {
            JsonNode event = new ObjectMapper().readTree(line);
            if (event.path("type").asText().matches(".*(failed|refused)")) {
                ends.add(event);
            }
        }
        return ends;
    }

    @Test
    void everythingWrongWithRequestsIsSaidAtOnceAndNothingIsStarted() throws IOException {
        Files.writeString(folder.resolve("short"), "too short");
        Files.write(
                folder.resolve("af.properties"),
                List.of(
                        "af.database.main.url = postgresql://h/d",
                        "af.request.folder = inbox",
                        "af.request.key.a.secret-file = " + folder.resolve("short"),
                        "af.request.key.a.databases = main, nowhere",
                        "af.request.key.a.operations = backup, drop",
                        "af.request.key.b.public-key-file = " + folder.resolve("not-there"),
                        "af.request.key.b.databases = main"));

        AfProcess.Result refused = af().run("serve");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        "has 9 bytes",
                        "names 'nowhere', which is not configured",
                        "operation is 'drop'",
                        "not-there, which cannot be read",
                        "af.request.key.b.operations is missing");
        assertThat(inbox()).doesNotExist();
    }
}
