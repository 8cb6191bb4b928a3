package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.AzureServer;
import io.agentflow.dr.testing.Ballast;
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

/** Row 30 of the fault table, and the main job, with backups in Azure: the installed af, its own class loader included. */
class AzureIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();

    private static ADatabase database;

    @TempDir
    Path folder;

    private final AzureServer server = AzureServer.shared();
    private final HttpFaults network = HttpFaults.before(server.port());
    private final String prefix = "it/" + UUID.randomUUID();

    @BeforeAll
    static void fill() {
        database = Ballast.in(POSTGRES, "azure_store");
    }

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    private AfProcess af(String store) {
        AfProcess af = new AfProcess(folder).on(database).with("AF_STORE", store);
        AzureServer.environment().forEach(af::with);
        return af;
    }

    private AfProcess af() {
        return af(server.uri(prefix, "part-size-mib=1"));
    }

    private AfProcess throughNetwork() {
        return af(AzureServer.uri(network.port(), prefix, "part-size-mib=1", "timeout-seconds=5"));
    }

    private List<String> blobs() {
        return server.blobs(prefix, false);
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

    private static JsonNode ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out() + result.err()).doesNotContain(AzureServer.KEY);
        assertThat(result.err()).doesNotContain("ERROR", "WARN", "com.azure");
        return result.json();
    }

    @Test
    void backsUpToAzureAndBringsBackWhatWasLost() throws IOException {
        String before = database.dump();
        String id = ok(af().run("backup", "create", "--json")).path("id").asText();
        assertThat(blobs()).contains(id + "/manifest.json", id + "/data/toc.dat", id + "/schema.dump.gz");
        assertThat(staged()).isEmpty();

        JsonNode listed = ok(af().run("backup", "list", "--json")).path("backups");
        assertThat(listed).hasSize(1);
        assertThat(ok(af().run("backup", "verify", id, "--json")).path("extent").asText())
                .isEqualTo("whole");

        database.with("DELETE FROM ballast WHERE id > 100; UPDATE messages SET payload = '{}'");
        network.cutAnswer(2, "^GET .*data%2F[0-9]", 1000).answer(1, "^GET .*toc.dat", 503, "ServerBusy");
        JsonNode restored = ok(throughNetwork().run("backup", "restore", "latest", "--yes", "--json"));
        assertThat(restored.path("proof").path("identical").asInt()).isEqualTo(12);
        assertThat(database.dump()).isEqualTo(before);
        assertThat(staged()).isEmpty();

        ok(af().run("backup", "delete", id, "--yes", "--json"));
        assertThat(blobs()).isEmpty();
        AfProcess.Result list = af().run("backup", "list");
        assertThat(list.exitCode()).as(list.toString()).isEqualTo(6);
        assertThat(list.err()).contains("there are no backups in azure://");
    }

    @Test
    void row30_aKillInMidUploadLeavesNothingListedAndTheNextRunCleansUp() throws Exception {
        network.stall(Integer.MAX_VALUE, "^PUT .*(data%2F|comp=block)", 500_000);
        AfProcess.Running dump =
                af(AzureServer.uri(network.port(), prefix, "part-size-mib=1")).start("backup", "create");
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
        assertThat(blobs()).allMatch(name -> name.startsWith(id));
    }

    @Test
    void row30_aStoreThatCannotBeUsedSaysWhyBeforeTheDump() {
        AfProcess.Result refused =
                af().with("AZURE_STORAGE_KEY", "d3IwbmctczNjcmV0").run("backup", "create");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(8);
        assertThat(refused.err()).contains("403").doesNotContain("d3IwbmctczNjcmV0", "com.azure");

        AfProcess.Result elsewhere = af(server.uri(prefix).replace(AzureServer.CONTAINER, "no-such-container"))
                .run("backup", "create");
        assertThat(elsewhere.exitCode()).as(elsewhere.toString()).isEqualTo(6);
        assertThat(elsewhere.err()).contains("does not exist", "af makes no containers");

        AfProcess.Result secret = af("azure://c/p?account=abc&sig=hush-hush").run("backup", "list");
        assertThat(secret.exitCode()).as(secret.toString()).isEqualTo(2);
        assertThat(secret.out() + secret.err()).contains("holds no credentials").doesNotContain("hush-hush");
        assertThat(blobs()).isEmpty();
    }

    /** Of a machine that is not in Azure and where nobody has logged in: the chain of Azure's own client is asked, whole. */
    @Test
    void row30_withoutCredentialsItSaysWhereTheyMayComeFrom() {
        AfProcess.Result none = new AfProcess(folder)
                .with("AF_STORE", "azure://backups/x?account=abc&endpoint=https://127.0.0.1:1/abc")
                .with("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
                .run("backup", "list");

        assertThat(none.exitCode()).as(none.toString()).isEqualTo(8);
        assertThat(none.err())
                .contains("without credentials", "AZURE_STORAGE_KEY", "az login")
                .doesNotContain("com.azure", "Exception");
    }

    @Test
    void theCheckOfAStoreKeepsItsPromisesHere() {
        AfProcess.Result check = af().run("store", "check", "--files", "20");

        assertThat(check.exitCode()).as(check.toString()).isZero();
        assertThat(blobs()).isEmpty();
    }
}
