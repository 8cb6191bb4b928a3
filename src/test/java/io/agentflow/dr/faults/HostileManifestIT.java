package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Aftermath;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.VerifyInProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows 7 and 8 of the fault table: manifests that lie, under a seal that fits. */
class HostileManifestIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path store;

    private static ADatabase database;
    private static Path backup;
    private static byte[] manifest;
    private static byte[] seal;

    @TempDir
    Path folder;

    private Aftermath aftermath;
    private AfProcess af;

    @BeforeAll
    static void makeABackup(@TempDir Path elsewhere) throws IOException {
        database = POSTGRES.database("hostile").agentflow();
        AfProcess af =
                new AfProcess(elsewhere).with("AF_STORE", store.toString()).on(database);
        BackupId id = new BackupId(
                af.run("backup", "create", "--json").json().path("id").asText());
        backup = store.resolve(id.text());
        manifest = Files.readAllBytes(backup.resolve("manifest.json"));
        seal = Files.readAllBytes(backup.resolve("manifest.sha256"));
        Files.writeString(store.resolve("outside"), "not yours");
    }

    @BeforeEach
    void lookBefore() {
        aftermath = Aftermath.in(folder, store, POSTGRES, database);
        af = new AfProcess(folder).with("AF_STORE", store.toString()).on(database);
    }

    @AfterEach
    void putBack() throws IOException {
        Files.write(backup.resolve("manifest.json"), manifest);
        Files.write(backup.resolve("manifest.sha256"), seal);
    }

    private static void seal(byte[] hostile) throws IOException {
        Files.write(backup.resolve("manifest.json"), hostile);
        Files.writeString(backup.resolve("manifest.sha256"), Sha256.of(hostile).sumLine("manifest.json"));
    }

    private static byte[] altered(UnaryOperator<String> change) {
        String before = new String(manifest, StandardCharsets.UTF_8);
        String after = change.apply(before);
        assertThat(after).isNotEqualTo(before);
        return after.getBytes(StandardCharsets.UTF_8);
    }

    /** A manifest whose first document lies elsewhere. */
    private static byte[] withPath(String path) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree(manifest);
        ((ObjectNode) ((ArrayNode) root.get("documents")).get(0)).put("path", path);
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    /** Verify reports it, restore refuses it, and nothing else happens. */
    private void requireRefused(String said) {
        AfProcess.Result verified = af.run("backup", "verify", "latest", "--json");
        aftermath.foundDamage(verified, "manifest.json");
        assertThat(verified.json().path("problems").path(0).path("problem").asText())
                .contains(said);
        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");
        assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(9);
        assertThat(restored.err()).contains("✗ ").contains(said).doesNotContain("this is a bug");
        assertThat(restored.json().path("error").path("hint").asText()).isNotBlank();
        AfProcess.Result listed = af.run("backup", "list", "--json");
        assertThat(listed.exitCode()).as(listed.toString()).isIn(0, 3);
        assertThat(store.resolve("outside")).hasContent("not yours");
        aftermath.hidSecrets(verified).hidSecrets(restored).databaseUnchanged().tidy();
    }

    @Test
    void row07_everyPathThatEscapesIsFound() throws IOException {
        for (String path : List.of(
                "../outside",
                "/etc/passwd",
                "data/../../outside",
                "data/../../../../../../etc/passwd",
                "C:\\x",
                "C:x",
                "..\\outside",
                "data//x",
                "./RESTORE.md",
                "RESTORE.md\u0000.txt",
                "RESTORE.md\n",
                "..",
                "data/..",
                "")) {
            seal(withPath(path));

            assertThat(VerifyInProcess.problems(POSTGRES, backup))
                    .as("'" + path + "'")
                    .singleElement()
                    .matches(p -> p.path().equals("manifest.json"))
                    .matches(p -> p.problem().contains("not a path inside a backup"));
        }
    }

    @Test
    void row07_aPathThatEscapesIsNotRestored() throws IOException {
        seal(withPath("../outside"));

        requireRefused("not a path inside a backup");
    }

    @Test
    void row07_anAbsolutePathIsNotRestored() throws IOException {
        seal(withPath("/etc/passwd"));

        requireRefused("not a path inside a backup");
    }

    @Test
    void row07_aNameOfFourKibibytesIsRefused() throws IOException {
        seal(withPath("x".repeat(4096)));

        requireRefused("not a path inside a backup");
    }

    @Test
    void row07_aLinkOutOfTheBackupIsRefused() throws IOException {
        Path document = backup.resolve("RESTORE.md");
        Path aside = store.resolve("RESTORE.md");
        Files.move(document, aside);
        Files.createSymbolicLink(document, aside);
        try {
            AfProcess.Result verified = af.run("backup", "verify", "latest", "--json");
            aftermath.foundDamage(verified, "RESTORE.md");
            AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes", "--json");
            assertThat(restored.exitCode()).as(restored.toString()).isEqualTo(9);
            assertThat(restored.err()).contains("RESTORE.md");
            aftermath.hidSecrets(restored).databaseUnchanged().tidy();
        } finally {
            Files.delete(document);
            Files.move(aside, document);
        }
    }

    @Test
    void row08_aNewerFormatIsRefused() throws IOException {
        seal(altered(json -> json.replaceFirst("\"formatVersion\" : 1,", "\"formatVersion\" : 2,")));

        requireRefused("format");
    }

    @Test
    void row08_anUnknownFieldIsRefused() throws IOException {
        seal(altered(json -> json.replaceFirst("\\{", "{ \"surprise\" : true,")));

        requireRefused("surprise");
    }

    @Test
    void row08_aDuplicateKeyIsRefused() throws IOException {
        seal(altered(json -> json.replaceFirst("\"database\" :", "\"database\" : \"other\", \"database\" :")));

        requireRefused("uplicate field 'database'");
    }

    @Test
    void row08_deepNestingIsRefused() throws IOException {
        seal(altered(json -> json.replaceFirst("\"warnings\" : \\[", "\"warnings\" : [" + "[".repeat(100_000))));

        requireRefused("cannot be read");
    }

    @Test
    void row08_deepNestingInTheHeadIsRefused() throws IOException {
        seal(altered(json -> json.replaceFirst("\\{", "{ \"database\" : " + "[".repeat(100_000))));

        requireRefused("cannot be read");
    }

    @Test
    void row08_aHundredMegabytesOfJsonAreRefused() throws IOException {
        Path file = backup.resolve("manifest.json");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(manifest);
            byte[] blanks = " ".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 100; i++) {
                out.write(blanks);
            }
        }
        Files.writeString(
                backup.resolve("manifest.sha256"),
                Sha256.of(Files.readAllBytes(file)).sumLine("manifest.json"));

        requireRefused("cannot be read");
    }

    @Test
    void row08_theManifestOfAnotherBackupIsRefused() throws IOException {
        String id = String.valueOf(backup.getFileName());
        seal(altered(json -> json.replace(id, "20200101T000000Z-aaaa")));

        requireRefused("20200101T000000Z-aaaa");
    }

    @Test
    void row08_whatIsNoJsonIsRefused() throws IOException {
        seal("manifest".getBytes(StandardCharsets.UTF_8));

        requireRefused("cannot be read");
    }
}
