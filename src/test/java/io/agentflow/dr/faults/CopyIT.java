package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.GoldenBackup;
import io.agentflow.dr.testing.HttpFaults;
import io.agentflow.dr.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies between a directory and S3, with a network in between that fails. */
class CopyIT {
    private static final String ID = GoldenBackup.ID.text();

    /** What S3Proxy is still writing. */
    private static final Pattern UNFINISHED = Pattern.compile(".*-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    @TempDir
    Path folder;

    private final S3Server server = S3Server.shared();
    private final HttpFaults network = HttpFaults.before(server.port());
    private final String prefix = "copy/" + UUID.randomUUID();
    private final String bucket = S3Server.uri(network.port(), prefix, "part-size-mib=5", "timeout-seconds=20");

    @BeforeEach
    void backup() throws IOException {
        GoldenBackup.copyInto(Files.createDirectory(folder.resolve("here")));
    }

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    private AfProcess af() {
        AfProcess af = new AfProcess(folder).launched();
        S3Server.environment().forEach(af::with);
        return af;
    }

    private static JsonNode ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out() + result.err()).doesNotContain(S3Server.SECRET_KEY);
        return result.json();
    }

    private static Map<String, Long> files(Path root) throws IOException {
        Map<String, Long> files = new TreeMap<>();
        if (!Files.isDirectory(root)) {
            return files;
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                String name = root.relativize(file).toString();
                if (!name.startsWith("evidence") && !UNFINISHED.matcher(name).matches()) {
                    files.put(name, Files.mismatch(file, GoldenBackup.folder().resolve(name)));
                }
            }
        }
        return files;
    }

    private Map<String, Long> arrived() throws IOException {
        return files(server.objects(prefix).resolve(ID));
    }

    /** Every file of the backup, none of which differs. */
    private static Map<String, Long> all() throws IOException {
        return files(GoldenBackup.folder());
    }

    /** The store takes connections and never answers. */
    @Test
    void whoWaitsForAListMayEndItAtOnce() throws Exception {
        network.stall(Integer.MAX_VALUE, ".", 0);
        AfProcess.Running listing = af().start("backup", "list", bucket);
        network.awaitStall();
        await().until(() -> listing.errSoFar().contains("waiting for s3://"));

        listing.process().destroy();

        assertThat(listing.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(listing.process().exitValue()).isEqualTo(143);
    }

    @Test
    void aBackupGoesIntoABucketAndFromThereIntoAnotherDirectoryAndIsWholeInBoth() throws IOException {
        JsonNode sent = ok(af().run("backup", "copy", "latest", "--from", "here", "--to", bucket, "--json"));
        assertThat(sent.path("already").asBoolean()).isFalse();
        assertThat(sent.path("files").asInt()).isEqualTo(all().size());
        assertThat(arrived()).isEqualTo(all());
        assertThat(ok(af().run("backup", "list", bucket, "--json"))
                        .path("backups")
                        .get(0)
                        .path("evidence")
                        .path("kind")
                        .asText())
                .isEqualTo("verified");

        ok(af().run("backup", "copy", ID, "--from", bucket, "--to", "there", "--json"));
        assertThat(files(folder.resolve("there").resolve(ID))).isEqualTo(all());
        assertThat(ok(af().run("backup", "verify", ID, "there", "--json"))
                        .path("success")
                        .asBoolean())
                .isTrue();

        int puts = network.requests("^PUT ").size();
        AfProcess.Result again = af().run("backup", "copy", ID, "--from", "there", "--to", bucket);
        assertThat(again.exitCode()).as(again.toString()).isZero();
        assertThat(again.out()).contains("already", "nothing was sent");
        assertThat(network.requests("^PUT .*/" + ID + "/(?!evidence)").size()).isLessThanOrEqualTo(puts);
        assertThat(network.requests("^PUT .*manifest.json")).hasSize(1);
        assertThat(af().run("journal", "show").out()).contains("copy");
    }

    @Test
    void aCopyThatIsKilledCountsForNothingAndTheNextGoesOnWhereItWas() throws Exception {
        network.stall(Integer.MAX_VALUE, "^PUT .*/data/3353", 10);
        AfProcess.Running copy = af().start("backup", "copy", ID, "--from", "here", "--to", bucket);
        network.awaitStall();
        // The server writes under another name first, which is gone while it is looked at.
        await().ignoreExceptions().until(() -> arrived().size() == all().size() - 2);
        AfProcess.output(List.of("kill", "-KILL", String.valueOf(copy.process().pid())), Map.of());
        assertThat(copy.await().exitCode()).isEqualTo(137);

        assertThat(ok(af().run("backup", "list", bucket, "--json")).path("backups"))
                .isEmpty();
        network.heal();
        int before = network.requests("^PUT ").size();
        JsonNode next = ok(af().run("backup", "copy", ID, "--from", "here", "--to", bucket, "--json"));

        assertThat(next.path("sentFiles").asInt()).isEqualTo(2);
        assertThat(network.requests("^PUT ").stream().skip(before).filter(put -> put.contains("/" + ID + "/")))
                .as("the table, the manifest, and what was found out")
                .hasSize(3);
        assertThat(arrived()).isEqualTo(all());
        assertThat(ok(af().run("backup", "list", bucket, "--json")).path("backups"))
                .hasSize(1);
        try (Stream<Path> left = Files.walk(folder.resolve("state/staging"))) {
            assertThat(left).noneMatch(path -> path.toString().contains(ID));
        }
    }

    @Test
    void aStoreThatDoesNotAnswerAndASourceThatIsDamagedAreToldApart() throws IOException {
        network.answer(Integer.MAX_VALUE, "^PUT .*/data/", 403, "AccessDenied");
        AfProcess.Result refused = af().run("backup", "copy", ID, "--from", "here", "--to", bucket);
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(8);
        assertThat(refused.err()).doesNotContain(S3Server.SECRET_KEY);
        assertThat(arrived()).doesNotContainKey("manifest.json");
        network.heal();

        ok(af().run("backup", "copy", ID, "--from", "here", "--to", bucket, "--json"));
        Path object = server.objects(prefix).resolve(ID).resolve("data/3354.dat.gz");
        byte[] bytes = Files.readAllBytes(object);
        bytes[bytes.length / 2] ^= 1;
        Files.write(object, bytes);
        AfProcess.Result damaged = af().run("backup", "copy", ID, "--from", bucket, "--to", "there");
        assertThat(damaged.exitCode()).as(damaged.toString()).isEqualTo(9);
        assertThat(damaged.err()).contains("data/3354.dat.gz", "af backup verify " + ID + " '" + bucket + "'");
        assertThat(ok(af().run("backup", "list", "there", "--json")).path("backups"))
                .isEmpty();
    }
}
