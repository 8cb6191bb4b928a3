package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Ballast;
import io.agentflow.dr.testing.GcsServer;
import io.agentflow.dr.testing.HttpFaults;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with backups in Google Cloud Storage, and row 30 of the fault table there. */
class GoogleStorageIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();

    private static ADatabase database;

    @TempDir
    Path folder;

    private final GcsServer server = GcsServer.shared();
    private final HttpFaults network = HttpFaults.before(server.port());
    private final String prefix = "it/" + UUID.randomUUID();

    @BeforeAll
    static void fill() {
        database = Ballast.in(POSTGRES, "google_storage");
    }

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    private AfProcess af(String store) {
        return new AfProcess(folder).on(database).with("AF_STORE", store);
    }

    private AfProcess af() {
        return af(server.uri(prefix, "chunk-size-mib=1"));
    }

    private AfProcess throughNetwork() {
        return af(GcsServer.uri(network.port(), prefix, "chunk-size-mib=1", "timeout-seconds=5"));
    }

    private List<Path> staged() throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve("state/staging"))) {
            return all.filter(file -> String.valueOf(file.getFileName()).startsWith(".partial-"))
                    .toList();
        }
    }

    private static JsonNode ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.err()).doesNotContain("com.google", "WARNING");
        return result.json();
    }

    @Test
    void backsUpToGoogleAndBringsBackWhatWasLost() throws IOException {
        String before = database.dump();
        String id = ok(af().run("backup", "create", "--json")).path("id").asText();
        assertThat(server.names(prefix)).contains(id + "/manifest.json", id + "/data/toc.dat", id + "/schema.dump.gz");
        assertThat(staged()).isEmpty();
        JsonNode listed = ok(af().run("backup", "list", "--json")).path("backups");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).path("evidence").path("kind").asText()).isEqualTo("verified");
        assertThat(ok(af().run("backup", "verify", id, "--json")).path("extent").asText())
                .isEqualTo("whole");

        database.with("DELETE FROM ballast WHERE id > 100; UPDATE messages SET payload = '{}'");
        ok(af().run("backup", "restore", "latest", "--yes", "--json"));
        assertThat(database.dump()).isEqualTo(before);

        ok(af().run("backup", "delete", id, "--yes", "--json"));
        assertThat(server.names(prefix)).isEmpty();
        assertThat(staged()).isEmpty();
    }

    @Test
    void row30_googleAnswersErrorsLosesAnswersAndIsKilledInMidUpload() throws Exception {
        network.answer(2, "^POST .*resumable", 503, "SlowDown")
                .cutRequest(1, "^PUT .*upload_id", 300_000)
                .loseAnswer(1, "^POST .*multipart")
                .loseAnswer(1, "^PUT .*upload_id")
                .answer(1, "^GET .*prefix", 429, "TooManyRequests");
        String survived = ok(throughNetwork().run("backup", "create", "--json"))
                .path("id")
                .asText();
        assertThat(ok(af().run("backup", "verify", survived, "--json"))
                        .path("success")
                        .asBoolean())
                .isTrue();

        network.stall(Integer.MAX_VALUE, "^PUT .*upload_id", 500_000);
        AfProcess.Running dump = af(GcsServer.uri(network.port(), prefix)).start("backup", "create");
        network.awaitStall();
        AfProcess.output(List.of("kill", "-KILL", String.valueOf(dump.process().pid())), Map.of());
        assertThat(dump.await().exitCode()).isEqualTo(137);
        assertThat(ok(af().run("backup", "list", "--json")).path("backups")).hasSize(1);
        assertThat(staged()).isNotEmpty();

        network.heal();
        String id = ok(throughNetwork().run("backup", "create", "--json"))
                .path("id")
                .asText();
        assertThat(staged()).isEmpty();
        assertThat(server.names(prefix)).allMatch(name -> name.startsWith(id) || name.startsWith(survived));
    }

    @Test
    void row30_aGoogleThatCannotBeUsedSaysWhyBeforeTheDump() throws IOException {
        Path key = Files.writeString(
                folder.resolve("key.json"), "{\"type\": \"service_account\", \"private_key\": \"s3cr3t\"}");
        AfProcess.Result broken = af("gs://" + GcsServer.BUCKET + "/x")
                .with("GOOGLE_APPLICATION_CREDENTIALS", key.toString())
                .run("backup", "create");
        assertThat(broken.exitCode()).as(broken.toString()).isEqualTo(8);
        assertThat(broken.err()).contains("GOOGLE_APPLICATION_CREDENTIALS").doesNotContain("s3cr3t", "com.google");
        AfProcess.Result elsewhere = af(server.uri(prefix).replace(GcsServer.BUCKET, "no-such-bucket"))
                .run("backup", "create");
        assertThat(elsewhere.exitCode()).as(elsewhere.toString()).isEqualTo(6);
        assertThat(elsewhere.err()).contains("does not exist", "Check its name");
        AfProcess.Result open =
                af("gs://bucket/x?endpoint=http://storage.example").run("backup", "list");
        assertThat(open.exitCode()).as(open.toString()).isEqualTo(2);
    }

    @Test
    void aLiveStoreIsChecked() {
        AfProcess.Result checked = af().run("store", "check", server.uri(prefix), "--files", "30");

        assertThat(checked.exitCode()).as(checked.toString()).isZero();
        assertThat(server.names(prefix)).isEmpty();
    }
}
