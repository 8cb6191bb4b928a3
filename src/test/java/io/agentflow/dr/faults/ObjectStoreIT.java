package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Ballast;
import io.agentflow.dr.testing.HttpFaults;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 30 of the fault table, and the main job, with backups in S3. */
class ObjectStoreIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();

    private static ADatabase database;

    @TempDir
    Path folder;

    private final S3Server server = S3Server.shared();
    private final HttpFaults network = HttpFaults.before(server.port());
    private final String prefix = "it/" + UUID.randomUUID();

    @BeforeAll
    static void fill() {
        database = Ballast.in(POSTGRES, "object_store");
    }

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    private AfProcess af(String store) {
        AfProcess af = new AfProcess(folder).on(database).with("AF_STORE", store);
        S3Server.environment().forEach(af::with);
        return af;
    }

    private AfProcess af() {
        return af(server.uri(prefix, "part-size-mib=5"));
    }

    private AfProcess throughNetwork() {
        return af(S3Server.uri(network.port(), prefix, "part-size-mib=5", "timeout-seconds=5"));
    }

    private List<String> objects() throws IOException {
        Path root = server.objects(prefix);
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .toList();
        }
    }

    private List<Path> staged() throws IOException {
        Path staging = folder.resolve("state/staging");
        if (!Files.isDirectory(staging)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(staging)) {
            return all.filter(file -> String.valueOf(file.getFileName()).startsWith(".partial-"))
                    .toList();
        }
    }

    private List<String> stagedFiles() throws IOException {
        Path staging = folder.resolve("state/staging");
        try (Stream<Path> all = Files.walk(staging)) {
            return all.map(Path::toString).toList();
        }
    }

    private JsonNode ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out() + result.err()).doesNotContain(S3Server.SECRET_KEY);
        return result.json();
    }

    private void assertNothingThere() throws IOException {
        assertThat(staged()).isEmpty();
        assertThat(objects()).isEmpty();
    }

    @Test
    void backsUpToS3AndBringsBackWhatWasLost() throws IOException {
        String before = database.dump();
        String id = ok(af().run("backup", "create", "--json")).path("id").asText();
        assertThat(objects()).contains(id + "/manifest.json", id + "/data/toc.dat", id + "/schema.dump.gz");
        assertThat(staged()).isEmpty();

        JsonNode listed = ok(af().run("backup", "list", "--json")).path("backups");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).path("evidence").path("kind").asText()).isEqualTo("verified");
        assertThat(ok(af().run("backup", "show", "latest", "--json"))
                        .path("manifest")
                        .path("database")
                        .asText())
                .isEqualTo("object_store");

        database.with("DELETE FROM ballast WHERE id > 100; UPDATE messages SET payload = '{}'");
        JsonNode restored = ok(af().run("backup", "restore", "latest", "--yes", "--json"));
        assertThat(restored.path("proof").path("identical").asInt()).isEqualTo(12);
        assertThat(database.dump()).isEqualTo(before);
        assertThat(staged()).isEmpty();

        database.with("DROP TABLE users CASCADE");
        ok(throughNetwork().run("backup", "restore", "latest", "critical", "--tables", "users", "--yes", "--json"));
        assertThat(database.number("SELECT count(*) FROM public.users")).isPositive();
        assertThat(network.requests("^GET .*/toc.dat")).isNotEmpty();
        assertThat(network.requests("^GET .*(schema|critical).dump.gz"))
                .as("not needed, not fetched")
                .isEmpty();
        assertThat(staged()).isEmpty();

        ok(af().run("backup", "delete", id, "--yes", "--json"));
        assertNothingThere();
        AfProcess.Result list = af().run("backup", "list");
        assertThat(list.exitCode()).as(list.toString()).isEqualTo(6);
        assertThat(list.err()).contains("there are no backups in s3://");
    }

    @Test
    void aStreamedBackupLeavesThisMachineFileByFileAndRestores() throws Exception {
        String before = database.dump();
        network.stall(Integer.MAX_VALUE, "^PUT .*schema.dump.gz", 0);
        AfProcess.Running dump = af(S3Server.uri(network.port(), prefix, "part-size-mib=5", "timeout-seconds=20"))
                .start("backup", "create", "--stream", "-j", "2", "--json");
        network.awaitStall();
        // The schema has not arrived; what is larger has, and is here no more.
        await().atMost(Duration.ofSeconds(30))
                .until(() -> objects().stream().anyMatch(name -> name.matches(".*/data/[0-9]+[.]dat.*"))
                        && stagedFiles().stream().noneMatch(name -> name.matches(".*/data/[0-9]+[.]dat.*")));
        assertThat(objects()).noneMatch(name -> name.endsWith("manifest.json"));
        network.heal();
        String id = ok(dump.await()).path("id").asText();

        assertThat(objects()).contains(id + "/manifest.json", id + "/data/toc.dat");
        assertThat(staged()).isEmpty();
        assertThat(ok(af().run("backup", "verify", id, "--json")).path("extent").asText())
                .isEqualTo("whole");
        database.with("DELETE FROM ballast WHERE id > 50");
        ok(af().run("backup", "restore", id, "--yes", "--json"));
        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void aBackupThatNeedsMoreRoomThanItMayIsRefusedAndLeavesNothing() throws IOException {
        AfProcess.Result refused = af().with("AF_STAGING_LIMIT_MIB", "1").run("backup", "create");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("the limit is 1.0 MB", "--stream");

        AfProcess.Result here = new AfProcess(folder).on(database).run("backup", "create", "b", "--stream");
        assertThat(here.exitCode()).as(here.toString()).isEqualTo(2);
        assertThat(here.err()).contains("--stream into the directory");
        assertNothingThere();
    }

    @Test
    void aSampleIsReadAndTheSizesOfAllAreComparedWithoutFetchingThem() throws IOException {
        String id = ok(af().run("backup", "create", "--json")).path("id").asText();
        JsonNode sizes = ok(throughNetwork().run("backup", "verify", id, "--size-only", "--json"));
        assertThat(sizes.path("extent").asText()).isEqualTo("sizes");
        assertThat(sizes.path("bytes").asLong()).isZero();
        assertThat(network.requests("^GET .*/data/")).isEmpty();
        JsonNode sample = ok(throughNetwork().run("backup", "verify", id, "--sample", "10%", "--json"));
        assertThat(sample.path("files").asInt()).isPositive();
        assertThat(network.requests("^GET .*/data/").size())
                .isBetween(1, sample.path("files").asInt());
        // A glance proves less than what was read whole, and hides nothing of it.
        assertThat(ok(af().run("backup", "list", "--json"))
                        .path("backups")
                        .get(0)
                        .path("evidence")
                        .path("kind")
                        .asText())
                .isEqualTo("verified");
        assertThat(af().run("backup", "show", id).out()).contains("sizes compared", "sample verified");

        Path file = server.objects(prefix).resolve(id).resolve("globals.sql.gz");
        Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
        AfProcess.Result damaged = af().run("backup", "verify", id, "--size-only");
        assertThat(damaged.exitCode()).as(damaged.toString()).isEqualTo(9);
        assertThat(damaged.out()).contains("globals.sql.gz", "bytes, the manifest says");
        Files.delete(file);
        AfProcess.Result missing = af().run("backup", "verify", id, "--sample", "1%");
        assertThat(missing.exitCode()).as(missing.toString()).isEqualTo(9);
        assertThat(missing.out()).contains("globals.sql.gz", "is missing");
    }

    @Test
    void row30_errorsCutsAndLostAnswersOnTheWayAreSurvivedAndDamageIsFound() throws IOException {
        network.answer(2, "^PUT ", 503, "SlowDown")
                .cutRequest(1, "^PUT .*/data/", 1000)
                .loseAnswer(1, "^PUT .*manifest.json")
                .answer(1, "^PUT .*schema", 500, "InternalError")
                .stall(1, "^PUT .*globals.sql.gz", 0)
                .answer(1, "^GET .*list-type", 429, "TooManyRequests");

        String id = ok(throughNetwork().run("backup", "create", "--json"))
                .path("id")
                .asText();

        network.cutAnswer(2, "^GET .*/data/[0-9]", 1000).answer(1, "^GET .*toc.dat", 503, "SlowDown");
        assertThat(ok(throughNetwork().run("backup", "verify", id, "--json"))
                        .path("success")
                        .asBoolean())
                .isTrue();

        Path file = server.objects(prefix).resolve(id).resolve("globals.sql.gz");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        AfProcess.Result verified = af().run("backup", "verify", id);
        assertThat(verified.exitCode()).as(verified.toString()).isEqualTo(9);
        assertThat(verified.out()).contains("globals.sql.gz");
        assertThat(staged()).isEmpty();
    }

    @Test
    void row30_anExpiredTokenFailsTheBackupAndLeavesNothing() throws IOException {
        network.answer(Integer.MAX_VALUE, "^(PUT|POST) .*(data/|uploads)", 400, "ExpiredToken");

        AfProcess.Result failed = throughNetwork().run("backup", "create");

        assertThat(failed.exitCode()).as(failed.toString()).isEqualTo(8);
        assertThat(failed.err()).contains("token has expired").doesNotContain(S3Server.SECRET_KEY);
        assertNothingThere();
    }

    @Test
    void row30_aKillInMidUploadLeavesNothingListedAndTheNextRunCleansUp() throws Exception {
        network.stall(Integer.MAX_VALUE, "^PUT .*(data/|partNumber)", 500_000);
        AfProcess.Running dump =
                af(S3Server.uri(network.port(), prefix, "part-size-mib=5")).start("backup", "create");
        network.awaitStall();
        AfProcess.output(List.of("kill", "-KILL", String.valueOf(dump.process().pid())), Map.of());
        assertThat(dump.await().exitCode()).isEqualTo(137);

        assertThat(ok(af().run("backup", "list", "--json")).path("backups")).isEmpty();
        assertThat(staged()).isNotEmpty();

        network.heal();
        String id = ok(throughNetwork().run("backup", "create", "--json"))
                .path("id")
                .asText();
        assertThat(staged()).isEmpty();
        assertThat(objects()).allMatch(name -> name.startsWith(id));
    }

    @Test
    void row30_aStoreThatCannotBeUsedSaysWhyBeforeTheDump() throws IOException {
        AfProcess.Result refused =
                af().with("AWS_SECRET_ACCESS_KEY", "wr0ng-secret").run("backup", "create");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(8);
        assertThat(refused.err()).contains("403").doesNotContain("wr0ng-secret");
        AfProcess.Result elsewhere = af(server.uri(prefix).replace(S3Server.BUCKET, "no-such-bucket"))
                .run("backup", "create");
        assertThat(elsewhere.exitCode()).as(elsewhere.toString()).isEqualTo(6);
        assertThat(elsewhere.err()).contains("does not exist", "Check its name");
        AfProcess.Result away =
                af("s3://somewhere/x").with("AWS_EC2_METADATA_DISABLED", "true").run("backup", "list");
        assertThat(away.exitCode()).as(away.toString()).isEqualTo(2);
        assertThat(away.err()).contains("needs a region", "?region=");
        assertNothingThere();
    }
}
