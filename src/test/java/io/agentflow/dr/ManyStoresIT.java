package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HttpFaults;
import io.agentflow.dr.testing.JsonSchema;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.S3Server;
import io.agentflow.dr.testing.Webhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A directory, a second one and a bucket: each backup gets into all of them, whatever is away meanwhile. */
class ManyStoresIT {
    private static final Pattern ADDRESS = Pattern.compile("http://[0-9.]+:(\\d+)/observe/");

    private final LocalPostgres postgres = LocalPostgres.shared();
    private final HttpFaults network = HttpFaults.before(S3Server.shared().port());
    private final Webhook hook = new Webhook();
    private final List<AfProcess.Running> started = new ArrayList<>();

    @TempDir
    Path folder;

    @BeforeEach
    void configure(TestInfo test) throws IOException {
        String name = "many_" + test.getTestMethod().orElseThrow().getName().length();
        ADatabase database = postgres.database(name).with("CREATE TABLE t AS SELECT 1 AS a");
        Files.write(
                folder.resolve("af.properties"),
                List.of(
                        "af.store.local = " + folder.resolve("local"),
                        "af.store.second = " + folder.resolve("second"),
                        "af.store.s3-eu = " + S3Server.uri(network.port(), name),
                        "af.store.s3-eu.retention.keep-last = 5",
                        "af.retention.keep-within = 0s",
                        "af.retention.keep-last = 1",
                        "af.stores.catch-up = 1s",
                        "af.database.main.url = " + database.uri().replace("\\", "\\\\"),
                        "af.database.main.stores = local, second, s3-eu"));
    }

    @AfterEach
    void end() {
        started.forEach(one -> one.process().destroyForcibly());
        network.close();
        hook.close();
    }

    private AfProcess af() {
        AfProcess af = new AfProcess(folder);
        S3Server.environment().forEach(af::with);
        return af;
    }

    private AfProcess.Running serve() {
        AfProcess.Running running = af().with("AF_MANAGEMENT_PORT", "0")
                .with("AF_EVENTS_URI", hook.uri("takes"))
                .start("serve");
        started.add(running);
        return running;
    }

    private static String get(AfProcess.Running running, String path) throws Exception {
        Matcher address = ADDRESS.matcher(running.errSoFar());
        assertThat(address.find()).as(running.errSoFar()).isTrue();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address.group() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void awaitLine(AfProcess.Running running, String line) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Pattern.compile(line).matcher(running.errSoFar()).find());
    }

    private String behind() {
        AfProcess.Result made = af().run("backup", "create", "-d", "main", "--json");
        assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
        String id = made.json().path("id").asText();
        assertThat(made.json().path("stores")).extracting(JsonNode::asText).containsExactly("local", "second");
        assertThat(made.json().path("warnings").toString())
                .contains("published in local, s3-eu is behind: ", "af backup copy " + id + " --from local --to s3-eu");
        return id;
    }

    private JsonNode list(int exitCode) {
        AfProcess.Result listed = af().run("backup", "list", "--json");
        assertThat(listed.exitCode()).as(listed.toString()).isEqualTo(exitCode);
        return listed.json();
    }

    private static List<String> told(Webhook hook, String type) {
        return hook.received().stream()
                .filter(one -> one.body().path("type").asText().endsWith(type))
                .map(one -> one.body().path("data").path("store").asText())
                .toList();
    }

    @Test
    void whatIsAwayGetsItLaterAndUntilThenThePrimaryKeepsIt() throws Exception {
        network.answer(Integer.MAX_VALUE, ".", 503, "SlowDown");
        String first = behind();
        String second = behind();

        // Everything says where it is
        assertThat(list(3).path("unreachable").path("s3-eu").asText()).contains("did not answer as it should");
        assertThat(list(3).path("backups"))
                .allSatisfy(one -> assertThat(one.path("stores"))
                        .extracting(JsonNode::asText)
                        .containsExactly("local", "second"));
        AfProcess.Result listed = af().run("backup", "list");
        assertThat(listed.out()).contains("STORES", "local,second");
        assertThat(listed.err()).contains("s3-eu is not shown: ");

        // The primary spares what the bucket is to keep; the second directory, which nobody follows, does not
        AfProcess.Result plan = af().run("retention", "plan", "--store", "local", "--json");
        assertThat(plan.exitCode()).as(plan.toString()).isEqualTo(3);
        assertThat(plan.json().path("expiring")).isEmpty();
        assertThat(af().run("retention", "explain", first, "--store", "local").out())
                .contains("is kept", "s3-eu cannot be asked whether it has it", "without that it would expire");
        assertThat(af().run("retention", "plan", "--store", "second", "--json")
                        .json()
                        .path("expiring"))
                .extracting(JsonNode::asText)
                .containsExactly(first);

        // The service tells once that it is behind, and once that it is not any more
        AfProcess.Running running = serve();
        awaitLine(running, "main: s3-eu is behind by 2 backups: ");
        await().until(() -> network.requests("GET").size() > 20);
        assertThat(get(running, "metrics"))
                .contains("af_store_behind_backups{database=\"main\",store=\"s3-eu\"} 2.0")
                .contains("af_store_behind_backups{database=\"main\",store=\"second\"} 0.0")
                .contains("af_health_status{check=\"followers\",database=\"main\"} 0.0");
        assertThat(get(running, "health")).contains("second has all; s3-eu lacks 2 backups: ");
        network.heal();
        awaitLine(running, "main: s3-eu has got 2 backups, and has all");
        await().until(() -> told(hook, "store.caught-up").size() == 1);
        assertThat(get(running, "metrics"))
                .contains("af_store_behind_backups{database=\"main\",store=\"s3-eu\"} 0.0")
                .contains("af_health_status{check=\"followers\",database=\"main\"} 1.0");
        running.process().destroy();
        assertThat(running.await().exitCode()).isEqualTo(143);
        assertThat(told(hook, "store.behind")).containsExactly("s3-eu");
        assertThat(told(hook, "store.caught-up")).containsExactly("s3-eu");
        hook.received().stream()
                .filter(one -> one.body().path("type").asText().contains("store"))
                .forEach(one ->
                        JsonSchema.of("docs/reference/events.schema.json").requireFits(one.body()));

        // And then the primary lets go
        assertThat(af().run("retention", "apply", "--store", "local", "--yes").exitCode())
                .isZero();
        AfProcess.Result gone = af().run("backup", "verify", first, "--store", "local");
        assertThat(gone.exitCode()).as(gone.toString()).isEqualTo(6);
        assertThat(gone.err()).contains("second has " + first + ": name it with --store second");
        assertThat(af().run("backup", "verify", first, "--store", "s3-eu").exitCode())
                .isZero();
        assertThat(list(0).path("backups"))
                .extracting(one -> one.path("id").asText() + " " + one.path("stores"))
                .containsExactly(second + " [\"local\",\"second\",\"s3-eu\"]", first + " [\"second\",\"s3-eu\"]");
    }

    @Test
    void aPrimaryThatIsNotMountedIsNotFilledFromBelow() throws Exception {
        AfProcess.Result first = af().run("backup", "create", "-d", "main", "--json");
        assertThat(first.exitCode()).as(first.toString()).isZero();
        String id = first.json().path("id").asText();
        Files.move(folder.resolve("local"), folder.resolve("disk"));

        AfProcess.Result made = af().run("backup", "create", "-d", "main");
        assertThat(made.exitCode()).as(made.toString()).isEqualTo(8);
        assertThat(made.err()).contains("is not the store that was there before", "Perhaps its disk is not mounted");
        assertThat(folder.resolve("local")).doesNotExist();

        // What it deletes is never the last copy, also where the mount point is there, and another store is named.
        Path mountPoint = Files.createDirectory(folder.resolve("local"));
        AfProcess.Result deleted = af().run("backup", "delete", id, "--yes");
        assertThat(deleted.exitCode()).as(deleted.toString()).isEqualTo(8);
        assertThat(deleted.err()).contains("Perhaps its disk is not mounted").doesNotContain("--store");
        AfProcess.Result last = af().run("backup", "delete", id, "--yes", "--store", "second");
        assertThat(last.exitCode()).as(last.toString()).isEqualTo(4);
        assertThat(last.err()).contains("nobody knows whether local has it", "may be the last copy");
        assertThat(folder.resolve("second").resolve(id).resolve("manifest.json"))
                .exists();
        assertThat(list(3).path("unreachable").path("local").asText())
                .contains("is not the store that was there before");
        Files.delete(mountPoint);

        AfProcess.Result pinned = af().run("backup", "pin", id, "--reason", "audit");
        assertThat(pinned.exitCode()).as(pinned.toString()).isEqualTo(3);
        assertThat(pinned.out()).contains("is pinned in second, s3-eu: audit");
        Files.move(folder.resolve("disk"), folder.resolve("local"));
        assertThat(af().run("backup", "create", "-d", "main").exitCode()).isZero();
        assertThat(af().run("backup", "list").out()).contains("pinned in second, s3-eu");
        assertThat(af().run("backup", "unpin", id).out()).contains("is no longer pinned in second, s3-eu");

        // Where backups are, a lost mark keeps no new one back; but nothing is sent from there until somebody has
        // looked.
        Path mark = mark("local");
        Files.delete(mark);
        AfProcess.Result doubtful = af().run("backup", "create", "-d", "main");
        assertThat(doubtful.exitCode()).as(doubtful.toString()).isEqualTo(3);
        assertThat(doubtful.err())
                .contains("has backups, but not its mark", "make an empty file " + mark.getFileName() + " at its top");
        Files.createFile(mark);
        assertThat(af().run("backup", "create", "-d", "main").exitCode()).isZero();
    }

    @Test
    void aDirectoryThatIsConfiguredAloneIsKnownAgainToo() throws Exception {
        Path alone = folder.resolve("alone");
        List<String> lines = Files.readAllLines(folder.resolve("af.properties"));
        lines.removeIf(line -> line.startsWith("af.database.main.stores"));
        lines.add("af.store = " + alone);
        Files.write(folder.resolve("af.properties"), lines);
        assertThat(af().run("backup", "create", "-d", "main").exitCode()).isZero();
        Files.move(alone, folder.resolve("disk"));
        Files.createDirectory(alone);

        AfProcess.Result refused = af().run("backup", "create", "-d", "main");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(8);
        assertThat(refused.err()).contains("is not the store that was there before", "Perhaps its disk is not mounted");
        assertThat(alone).isEmptyDirectory();

        // One that nobody configured is not: whoever removes it to begin anew is not stopped.
        Path other = folder.resolve("other");
        for (int i = 0; i < 2; i++) {
            assertThat(af().run("backup", "create", "-d", "main", "--store", other.toString())
                            .exitCode())
                    .isZero();
            Files.move(other, folder.resolve("old-" + i));
        }
    }

    private Path mark(String store) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(store))) {
            return files.filter(file -> file.getFileName().toString().startsWith("af-store."))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whatIsKilledWhileItFollowsIsGotByTheNextService() throws Exception {
        network.stall(Integer.MAX_VALUE, "^PUT .*/schema.dump.gz", 10);
        AfProcess.Running create = af().start("backup", "create", "-d", "main");
        started.add(create);
        network.awaitStall();
        AfProcess.output(
                List.of("kill", "-KILL", String.valueOf(create.process().pid())), Map.of());
        assertThat(create.await().exitCode()).isEqualTo(137);
        network.heal();
        assertThat(list(0).path("backups")).hasSize(1);
        assertThat(list(0).path("backups").get(0).path("stores"))
                .extracting(JsonNode::asText)
                .containsExactly("local", "second");

        AfProcess.Running running = serve();
        awaitLine(running, "main: s3-eu has got 1 backup, and has all");

        assertThat(af().run("backup", "verify", "latest", "--store", "s3-eu").exitCode())
                .isZero();
        await().until(() -> told(hook, "store.caught-up").equals(List.of("s3-eu")));
        assertThat(told(hook, "store.behind")).isEmpty();
    }
}
