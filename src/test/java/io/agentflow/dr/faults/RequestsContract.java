package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.request.RequestSignature;
import io.agentflow.dr.request.SignRequest;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for requests by messages, whatever brings them. Each way has a class of its own with the real thing. */
abstract class RequestsContract {
    private static final String SECRET = "the secret that the tests share with af";
    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** What would reconfigure an endpoint of Camel, in more than one spelling. */
    static final Map<String, String> HOSTILE = Map.of(
            "CamelExecCommandExecutable", "/usr/bin/touch",
            "CAmelExecCommandExecutable", "/usr/bin/touch",
            "camelexeccommandargs", "struck",
            "CamelFileName", "../struck",
            "CAMELFILENAME", "struck",
            "CamelBeanMethodName", "toString",
            "CamelOverruleFileName", "struck",
            "kafka.OVERRIDE_TOPIC", "struck",
            "CamelJmsDestinationName", "struck",
            "CamelNatsReplyTo", "struck");

    final LocalPostgres postgres = LocalPostgres.shared();
    private final List<AfProcess.Running> started = new ArrayList<>();

    @TempDir
    Path folder;

    /** Lines of af.properties that switch this way on. */
    abstract List<String> configuration();

    abstract void send(byte[] message, Map<String, String> headers) throws Exception;

    /** Every result that was told until now, oldest first. */
    abstract List<JsonNode> results() throws Exception;

    /** Stops what brings messages at once, and starts it again. */
    abstract void restartBroker() throws Exception;

    @BeforeEach
    void configure() throws IOException {
        Files.writeString(folder.resolve("secret"), SECRET + "\n");
        Files.setPosixFilePermissions(folder.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void end() {
        started.forEach(one -> one.process().destroyForcibly());
    }

    AfProcess af() {
        return new AfProcess(folder);
    }

    AfProcess.Running serve(AfProcess af, ADatabase main, String... more) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "af.database.main.url = " + main.uri().replace("\\", "\\\\"),
                "af.database.closed.url = " + main.uri().replace("\\", "\\\\"),
                "af.database.closed.stores = " + folder.resolve("closed"),
                "af.request.key.ops.secret-file = " + folder.resolve("secret"),
                "af.request.key.ops.databases = main",
                "af.request.key.ops.operations = backup, verify, restore"));
        lines.addAll(configuration());
        lines.addAll(List.of(more));
        Files.write(folder.resolve("af.properties"), lines);
        AfProcess.Running running = af.with("AF_MANAGEMENT_PORT", "0").start("serve");
        started.add(running);
        awaitSaid(running, "serving 2 databases");
        return running;
    }

    private static void awaitSaid(AfProcess.Running running, String text) {
        await().atMost(LIMIT).until(() -> {
            assertThat(running.process().isAlive()).as(running.errSoFar()).isTrue();
            return running.errSoFar().contains(text);
        });
    }

    private static Map<String, String> fields(String id, String operation, String... more) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Map<String, String> fields = new TreeMap<>(Map.of(
                "id",
                id,
                "operation",
                operation,
                "database",
                "main",
                "requestedBy",
                "the tests",
                "issuedAt",
                now.toString(),
                "expiresAt",
                now.plusSeconds(600).toString(),
                "keyId",
                "ops"));
        for (int i = 0; i < more.length; i += 2) {
            fields.put(more[i], more[i + 1]);
        }
        return fields;
    }

    private static byte[] signed(Map<String, String> fields) {
        return signed(fields, SECRET);
    }

    private static byte[] signed(Map<String, String> fields, String secret) {
        try {
            return new ObjectMapper()
                    .writeValueAsBytes(new SignRequest(RequestSignature.shared(secret))
                            .sign(fields)
                            .fields());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] signed(String id, String operation, String... more) {
        return signed(fields(id, operation, more));
    }

    private List<String> statuses(String id) throws Exception {
        return results().stream()
                .filter(result -> result.path("request").asText().equals(id))
                .map(result -> result.path("status").asText())
                .toList();
    }

    JsonNode awaitResult(AfProcess.Running af, String id, String status) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).until(() -> {
            assertThat(af.process().isAlive()).as(af.errSoFar()).isTrue();
            return statuses(id).contains(status);
        });
        try {
            return results().stream()
                    .filter(result -> result.path("request").asText().equals(id)
                            && result.path("status").asText().equals(status))
                    .findFirst()
                    .orElseThrow();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> journal(String phase) {
        return journal("request", phase);
    }

    private List<String> journal(String verb, String phase) {
        List<String> found = new ArrayList<>();
        for (JsonNode record :
                af().run("journal", "show", "-n", "1000", "--json").json().path("records")) {
            if (record.path("verb").asText().equals(verb)
                    && record.path("phase").asText().equals(phase)) {
                found.add(record.path("request").asText() + ": "
                        + record.path("outcome").asText() + "; "
                        + record.path("from").asText() + ", "
                        + record.path("key").asText("nobody"));
            }
        }
        return found;
    }

    private JsonNode stored(String id) {
        return af().run("request", "show", id, "--json").json().path("requests").path(0);
    }

    @Test
    void row31_everythingBadIsRefusedOnceAndTheRestIsDone() throws Exception {
        ADatabase main = postgres.database("requests_main").agentflow();
        Instant past = Instant.now().minusSeconds(100).truncatedTo(ChronoUnit.SECONDS);
        Path events = folder.resolve("events.jsonl");
        AfProcess.Running af = serve(
                af(),
                main,
                "af.events.uri = file:" + folder + "?fileName=events.jsonl&fileExist=Append&appendChars=%0A");
        byte[] backup = signed("b-1", "backup");

        send("this is no JSON".getBytes(StandardCharsets.UTF_8), HOSTILE);
        send(new byte[10 * 1024 * 1024], Map.of());
        send(signed(fields("x-forged", "backup"), "another secret that is long enough"), HOSTILE);
        send(
                signed(
                        "x-expired",
                        "backup",
                        "issuedAt",
                        past.toString(),
                        "expiresAt",
                        past.plusSeconds(60).toString()),
                Map.of());
        send(signed("x-closed", "backup", "database", "closed"), Map.of());
        send(backup, HOSTILE);
        send(backup, Map.of());
        awaitResult(af, "b-1", "done");
        assertTriggerIsWell(af);
        send(signed(fields("b-1", "backup", "requestedBy", "somebody else")), Map.of());
        // Issued before the backup was, and comes after it.
        send(signed("v-1", "verify", "issuedAt", past.toString(), "selector", "latest"), HOSTILE);
        send(signed("v-2", "verify", "selector", "20200101T000000Z-aaaa"), Map.of());
        JsonNode restored = restore(af);
        awaitResult(af, "v-1", "done");
        assertThat(awaitResult(af, "v-2", "failed").path("exitCode").asInt()).isEqualTo(6);
        awaitResult(af, "b-1", "refused");
        awaitResult(af, "x-expired", "refused");
        awaitResult(af, "x-closed", "refused");

        assertThat(statuses("x-forged")).isEmpty();
        assertThat(stored("b-1").path("result").path("backup").asText())
                .isEqualTo(restored.path("backup").asText());
        assertThat(af().run("backup", "list", "--json").json().path("backups")).hasSize(1);
        assertThat(af().run("dead-letters", "list", "--json").json().path("reports"))
                .hasSize(6);
        assertThat(journal("refused"))
                .hasSize(6)
                .anySatisfy(line -> assertThat(line).contains("no request"))
                .anySatisfy(line -> assertThat(line).contains("10485760 bytes"))
                .allSatisfy(line -> assertThat(line).contains("; message by "))
                .anySatisfy(line -> assertThat(line)
                        .contains("x-forged", "the tests", "key ops", "does not fit")
                        .endsWith("nobody"))
                .anySatisfy(line ->
                        assertThat(line).contains("x-expired", "expired at").endsWith(", ops"))
                .anySatisfy(line -> assertThat(line).contains("x-closed", "may not ask"))
                .anySatisfy(line -> assertThat(line).contains("b-1", "somebody else", "another request"));
        assertThat(journal("failed")).singleElement().asString().contains("v-2", "no backup");
        assertThat(journal("done")).hasSize(3);
        assertThat(journal("backup", "done"))
                .singleElement()
                .asString()
                .contains("; message by ")
                .endsWith(", ops");
        await().atMost(LIMIT)
                .until(() -> Files.readAllLines(events).stream()
                                .filter(line -> line.contains("operation.refused"))
                                .count()
                        == 6);
        assertRestored(main, restored);
        assertThat(af.errSoFar()).doesNotContain(LocalPostgres.PASSWORD, SECRET);

        // A copy that comes after a restart gets the stored result; nothing is done again.
        af.process().destroy();
        assertThat(af.await().exitCode()).isEqualTo(143);
        int before = statuses("b-1").size();
        AfProcess.Running again = serve(af(), main);
        send(backup, Map.of());
        awaitCopy(again, "b-1", before);
        assertThat(af().run("backup", "list", "--json").json().path("backups")).hasSize(1);
    }

    private static void assertTriggerIsWell(AfProcess.Running af) throws Exception {
        Matcher address = Pattern.compile("http://\\S+/observe/").matcher(af.errSoFar());
        assertThat(address.find()).isTrue();
        JsonNode health = new ObjectMapper()
                .readTree(URI.create(address.group() + "health").toURL());
        assertThat(health.path("checks"))
                .anySatisfy(check -> {
                    assertThat(check.path("name").asText()).startsWith("request-");
                    assertThat(check.path("detail").asText()).doesNotContain("not connected");
                })
                .allSatisfy(check -> assertThat(check.path("status").asText()).isEqualTo("UP"));
    }

    /** Waits until the copy was answered by the stored result. */
    void awaitCopy(AfProcess.Running af, String id, int before) {
        await().atMost(LIMIT).until(() -> {
            assertThat(af.process().isAlive()).as(af.errSoFar()).isTrue();
            List<String> told = statuses(id);
            return told.size() == before + 1 && told.get(before).equals("done");
        });
    }

    private JsonNode restore(AfProcess.Running af) throws Exception {
        send(signed("r-1", "restore", "restoreType", "full"), HOSTILE);
        return awaitResult(af, "r-1", "done");
    }

    private void assertRestored(ADatabase main, JsonNode restored) throws IOException {
        String into = restored.path("restoredInto").asText();
        assertThat(into).startsWith("requests_main_restored_");
        assertThat(postgres.existing(into).dump()).isEqualTo(main.dump());
        assertThat(restored.has("previousDatabase")).isFalse();
        postgres.maintain("DROP DATABASE " + into);
        // No header of a message had an effect.
        try (var files = Files.walk(folder)) {
            assertThat(files.map(Path::toString)).noneMatch(file -> file.contains("struck"));
        }
    }

    @Test
    void row31_theBrokerRestartsAndAfIsKilledInMidRestore() throws Exception {
        ADatabase main = postgres.database("requests_kill").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess held = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(5))
                .before("restore/restore-attempt", "swap")
                .of(af());
        AfProcess.Running af = serve(held, main, "af.database.main.allow-restore-by-message = true");
        send(signed("b-1", "backup"), Map.of());
        awaitResult(af, "b-1", "done");

        send(signed("r-1", "restore"), Map.of());
        awaitRunning("r-1");
        restartBroker();
        JsonNode restored = awaitResult(af, "r-1", "done");
        assertThat(restored.path("restoredInto").asText()).isEqualTo("requests_kill");
        assertThat(restored.path("previousDatabase").asText()).startsWith("requests_kill_before_");
        postgres.maintain("DROP DATABASE " + restored.path("previousDatabase").asText());

        // Once more: what has recovered must recover again.
        restartBroker();
        send(signed("r-2", "restore"), Map.of());
        send(signed("b-2", "backup"), Map.of());
        awaitRunning("r-2");
        await().atMost(LIMIT).until(() -> Files.exists(kept("b-2.request")));
        assertThat(kept("b-2.begun")).doesNotExist();
        af.process().destroyForcibly();
        af.await();
        AfProcess.Running again = serve(af(), main, "af.database.main.allow-restore-by-message = true");

        assertThat(awaitResult(again, "r-2", "interrupted").path("exitCode").asInt())
                .isEqualTo(5);
        awaitResult(again, "b-2", "done");
        assertThat(main.number("SELECT count(*) FROM public.t")).isEqualTo(1);
        assertThat(af().run("backup", "list", "--json").json().path("backups")).hasSize(2);
        assertThat(af().run("journal", "verify").exitCode()).isZero();
        assertThat(journal("interrupted")).singleElement().asString().contains("r-2");
    }

    /** By what is on the disk: a command that shows it may take longer than the operation. */
    void awaitRunning(String id) {
        await().atMost(LIMIT).until(() -> Files.exists(kept(id + ".begun")) && !Files.exists(kept(id + ".result")));
    }

    private Path kept(String file) {
        return folder.resolve("state/requests").resolve(file);
    }
}
