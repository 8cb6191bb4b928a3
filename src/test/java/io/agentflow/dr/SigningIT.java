package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups that are believed because of who signed them. */
class SigningIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();

    @TempDir
    Path folder;

    @TempDir
    Path elsewhere;

    private ADatabase database;
    private String fingerprint = "";

    @BeforeEach
    void keys() {
        database = POSTGRES.database("signed")
                .with("CREATE TABLE users (id integer PRIMARY KEY); INSERT INTO users SELECT generate_series(1, 50)");
        fingerprint = key("first");
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private String key(String name) {
        return ok(new AfProcess(folder).run("key", "generate", "--signing", at(name), "--json"))
                .path("fingerprint")
                .asText();
    }

    private static JsonNode ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out() + result.err()).doesNotContain("AGE-SECRET-KEY-1", "PRIVATE KEY");
        return result.json();
    }

    private AfProcess signing() {
        return new AfProcess(folder).on(database).with("AF_SIGN_KEY", at("first"));
    }

    private AfProcess trusting(String... names) {
        return new AfProcess(folder)
                .on(database)
                .with(
                        "AF_SIGN_TRUSTED",
                        String.join(
                                ",",
                                Arrays.stream(names)
                                        .map(name -> at(name + ".pub"))
                                        .toList()));
    }

    private String signed() {
        return ok(signing().run("backup", "create", "--json")).path("id").asText();
    }

    private Path backup(String id) {
        return folder.resolve("backups").resolve(id);
    }

    private void assertRefused(AfProcess af, String id) {
        String before = database.dump();
        for (String[] command : new String[][] {
            {"backup", "restore", id, "--yes"},
            {"backup", "restore", id, "--plan"},
            {"backup", "restore", id, "critical", "--tables", "users", "--replace", "--yes"},
            {"backup", "copy", id, "--to", at("copies")},
            {"backup", "show", id}
        }) {
            AfProcess.Result refused = af.run(command);
            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
            assertThat(refused.err()).contains(id + " is not trusted: manifest.sig", "af.sign.trusted");
        }
        AfProcess.Result verified = af.run("backup", "verify", id);
        assertThat(verified.exitCode()).as(verified.toString()).isEqualTo(9);
        assertThat(verified.out()).contains("is not trusted", "manifest.sig").doesNotContain("damaged");
        assertThat(verified.err()).doesNotContain("pg_restore");
        assertThat(database.dump()).isEqualTo(before);
        assertThat(folder.resolve("copies").resolve(id)).doesNotExist();
    }

    @Test
    void whatATrustedKeySignedIsRestoredAndOpensslAgrees() throws IOException {
        String id = signed();
        assertThat(backup(id).resolve("manifest.sig")).hasSize(64);
        String restoreMd = Files.readString(backup(id).resolve("RESTORE.md"));
        assertThat(restoreMd).contains(fingerprint);
        Files.copy(folder.resolve("first.pub"), elsewhere.resolve("signing.pub"));
        List<String> commands = Arrays.stream(restoreMd.split("\n\n"))
                .filter(block -> block.startsWith("       "))
                .map(block -> block.replaceAll("(?m)^ {7}", "").replace("signing.pub", elsewhere + "/signing.pub"))
                .filter(block -> block.contains("openssl") || block.contains("tr -d"))
                .toList();
        assertThat(commands).hasSize(2);
        for (String command : commands) {
            String said = AfProcess.output(
                    List.of("bash", "-eo", "pipefail", "-c", "cd '" + backup(id) + "' && " + command), Map.of());
            assertThat(said).containsAnyOf("Verified Successfully", "data/toc.dat: OK");
        }

        JsonNode verified = ok(trusting("first").run("backup", "verify", id, "--json"));
        assertThat(verified.path("signedBy").asText()).isEqualTo(fingerprint);
        try (Stream<Path> evidence = Files.list(backup(id).resolve("evidence"))) {
            assertThat(evidence)
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(Files.readString(file)).contains(fingerprint));
        }
        assertThat(trusting("first").run("backup", "show", id).out()).contains("signed", "first.pub");
        assertThat(new AfProcess(folder).on(database).run("backup", "show", id).out())
                .contains("not checked");
        assertThat(trusting("first").run("backup", "verify", id).err())
                .contains("  signed by " + at("first.pub") + " (" + fingerprint.substring(0, 16) + ")\n");
        ok(new AfProcess(folder).on(database).run("backup", "verify", id, "--size-only", "--json"));
        ok(trusting("first").run("backup", "restore", id, "--yes", "--json"));
        ok(trusting("first")
                .run("backup", "restore", id, "critical", "--tables", "users", "--replace", "--yes", "--json"));

        ok(trusting("first").run("backup", "copy", id, "--to", at("copies"), "--json"));
        assertThat(folder.resolve("copies").resolve(id).resolve("manifest.sig"))
                .hasSameBinaryContentAs(backup(id).resolve("manifest.sig"));
        ok(trusting("first").run("backup", "verify", id, at("copies"), "--json"));
        ok(trusting("first").run("backup", "delete", id, at("copies"), "--yes", "--json"));
        assertThat(folder.resolve("copies").resolve(id)).doesNotExist();
    }

    @Test
    void row05_aFlippedBitInTheSignatureOrInWhatItIsOfIsRefused() throws IOException {
        String id = signed();
        Path signature = backup(id).resolve("manifest.sig");
        byte[] sound = Files.readAllBytes(signature);
        byte[] changed = sound.clone();
        changed[20] ^= 1;
        Files.write(signature, changed);
        assertRefused(trusting("first"), id);
        Files.write(signature, Arrays.copyOf(sound, 10));
        assertThat(new AfProcess(folder)
                        .on(database)
                        .run("backup", "verify", id)
                        .exitCode())
                .isEqualTo(9);
        Files.delete(signature);
        assertRefused(trusting("first"), id);
        Files.write(signature, sound);

        // Whoever can write there mends the seal, too.
        Path manifest = backup(id).resolve("manifest.json");
        Files.writeString(
                manifest, Files.readString(manifest).replaceFirst("\"proof\" : \"full\"", "\"proof\" : \"none\""));
        assertThat(trusting("first").run("backup", "restore", id, "--yes").exitCode())
                .isIn(4, 9);
        AfProcess.output(
                List.of("bash", "-c", "cd '" + backup(id) + "' && sha256sum manifest.json > manifest.sha256"),
                Map.of());
        assertThat(new AfProcess(folder)
                        .on(database)
                        .run("backup", "verify", id)
                        .exitCode())
                .isZero();
        assertRefused(trusting("first"), id);
    }

    @Test
    void unsignedAndForeignBackupsAreRefusedAndKeysCanBeExchanged() {
        String unsigned = ok(new AfProcess(folder).on(database).run("backup", "create", "--json"))
                .path("id")
                .asText();
        String old = signed();
        key("second");
        assertRefused(signing(), unsigned);
        assertRefused(trusting("second"), old);
        AfProcess.Result keyless = trusting("first").run("backup", "create");
        assertThat(keyless.exitCode()).as(keyless.toString()).isEqualTo(4);
        assertThat(keyless.err()).contains("no key to sign");

        String rotated = ok(trusting("first").with("AF_SIGN_KEY", at("second")).run("backup", "create", "--json"))
                .path("id")
                .asText();
        for (String id : List.of(old, rotated)) {
            ok(trusting("second", "first").run("backup", "verify", id, "--json"));
        }
        // Before anybody signed: once, and on purpose.
        ok(trusting("first").with("AF_SIGN_TRUSTED", "").run("backup", "restore", unsigned, "--plan", "--json"));
    }

    @Test
    void row30_aSignedBackupGoesThroughS3() throws IOException {
        S3Server server = S3Server.shared();
        String prefix = "signed/" + UUID.randomUUID();
        AfProcess maker = signing().with("AF_STORE", server.uri(prefix));
        AfProcess reader = trusting("first").with("AF_STORE", server.uri(prefix));
        S3Server.environment().forEach((name, value) -> {
            maker.with(name, value);
            reader.with(name, value);
        });
        String id = ok(maker.run("backup", "create", "--json")).path("id").asText();
        Path objects = server.objects(prefix).resolve(id);
        assertThat(objects.resolve("manifest.sig")).hasSize(64);
        assertThat(ok(reader.run("backup", "verify", id, "--json"))
                        .path("signedBy")
                        .asText())
                .isEqualTo(fingerprint);
        ok(reader.run("backup", "restore", id, "--yes", "--json"));
        ok(reader.run("retention", "plan", "--json"));
        Files.delete(objects.resolve("manifest.sig"));
        AfProcess.Result refused = reader.run("backup", "restore", id, "--yes");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
        assertThat(reader.run("backup", "show", id).exitCode()).isEqualTo(4);
    }

    @Test
    void keysAreMadeOnceForTheirOwnerAndListedByTheirPublicHalves() throws IOException {
        AfProcess af = new AfProcess(folder);
        String recipient = ok(af.run("key", "generate", at("identity.txt"), "--json"))
                .path("recipient")
                .asText();
        assertThat(AfProcess.output(
                                List.of(
                                        "age-keygen",
                                        "-y",
                                        folder.resolve("identity.txt").toString()),
                                Map.of())
                        .strip())
                .isEqualTo(recipient);
        String made = Files.readString(folder.resolve("identity.txt"));
        for (String name : List.of("identity.txt", "first")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                    .isEqualTo("rw-------");
            assertThat(af.run("key", "generate", at(name)).exitCode()).isEqualTo(4);
            assertThat(af.run("key", "generate", "--signing", at(name)).exitCode())
                    .isEqualTo(4);
        }
        assertThat(Files.readString(folder.resolve("identity.txt"))).isEqualTo(made);

        AfProcess all = new AfProcess(folder)
                .with("AF_ENCRYPT_TO", recipient)
                .with("AF_IDENTITY_FILE", at("identity.txt"))
                .with("AF_SIGN_KEY", at("first"))
                .with("AF_SIGN_TRUSTED", at("first.pub"));
        JsonNode keys = ok(all.run("key", "list", "--json")).path("keys");
        assertThat(keys.findValuesAsText("use")).containsExactly("encrypts-to", "decrypts", "signs", "trusted");
        assertThat(keys.findValuesAsText("key")).containsExactly(recipient, recipient, fingerprint, fingerprint);
        Files.setPosixFilePermissions(folder.resolve("identity.txt"), PosixFilePermissions.fromString("rw-r--r--"));
        AfProcess.Result open = all.run("key", "list");
        assertThat(open.exitCode()).as(open.toString()).isEqualTo(2);
        assertThat(open.out()).contains("everybody may read").doesNotContain("AGE-SECRET-KEY");
    }
}
