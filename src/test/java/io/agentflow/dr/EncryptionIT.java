package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.age.AgeKey;
import io.agentflow.dr.core.SecretFile;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Project;
import io.agentflow.dr.testing.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups that only their recipients read. */
class EncryptionIT {
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();
    private static final AgeKey FIRST = AgeKey.generate();
    private static final AgeKey SECOND = AgeKey.generate();
    private static final AgeKey OTHER = AgeKey.generate();

    @TempDir
    Path folder;

    @TempDir
    Path elsewhere;

    private Path first;
    private Path other;

    @BeforeEach
    void keys() throws IOException {
        first = secret("first.txt", FIRST.identity() + "\n");
        other = secret("other.txt", "# not ours\n" + OTHER.identity() + "\n");
    }

    private Path secret(String name, String content) throws IOException {
        SecretFile.create(elsewhere.resolve(name), content);
        return elsewhere.resolve(name);
    }

    private static ADatabase small(String name) {
        return POSTGRES.database(name)
                .with("CREATE TABLE users (id integer PRIMARY KEY, name text); INSERT INTO users SELECT i, 'u' || i"
                        + " FROM generate_series(1, 500) i; CREATE TABLE notes (id integer PRIMARY KEY, by integer"
                        + " REFERENCES users, t text); INSERT INTO notes SELECT i, i, 'plain words' FROM"
                        + " generate_series(1, 500) i; SELECT lo_from_bytea(0, 'large')");
    }

    private static JsonNode ok(AfProcess.Result result) {
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(result.out() + result.err()).doesNotContain("AGE-SECRET-KEY");
        return result.json();
    }

    private static List<Path> files(Path backup) throws IOException {
        try (Stream<Path> all = Files.walk(backup)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private void assertNothingInTheClearIsLeft(Path home) throws IOException {
        Path staging = home.resolve("state/staging");
        if (Files.isDirectory(staging)) {
            assertThat(files(staging))
                    .allMatch(file -> String.valueOf(file.getFileName()).equals(".lock"));
        }
    }

    @Test
    void theZooGoesEncryptedThroughS3AndComesBackElsewhereWithAnIdentityAlone() throws IOException {
        S3Server server = S3Server.shared();
        String prefix = "encrypted/" + UUID.randomUUID();
        ADatabase zoo = POSTGRES.database("zoo_encrypted").script(Project.file("src/test/resources/sample/zoo.sql"));
        String before = zoo.dump();
        AfProcess here = new AfProcess(folder).on(zoo).with("AF_STORE", server.uri(prefix));
        AfProcess there = new AfProcess(elsewhere).on(zoo).with("AF_STORE", server.uri(prefix));
        S3Server.environment().forEach((key, value) -> {
            here.with(key, value);
            there.with(key, value);
        });

        JsonNode created = ok(here.run(
                "backup",
                "create",
                "--encrypt-to",
                FIRST.recipient() + "," + SECOND.recipient(),
                "--stream",
                "--json"));
        String id = created.path("id").asText();
        assertThat(created.path("encryptedTo")).hasSize(2);
        Path objects = server.objects(prefix).resolve(id);
        assertThat(files(objects))
                .filteredOn(file -> !file.toString().contains("/evidence/"))
                .allMatch(file -> String.valueOf(file.getFileName())
                        .matches(".*[.]age|manifest[.]json|.*[.]sha256|RESTORE[.]md"));
        assertThat(files(objects))
                .filteredOn(file -> file.toString().endsWith(".age"))
                .allMatch(EncryptionIT::isAge);
        assertNothingInTheClearIsLeft(folder);

        JsonNode without = ok(there.run("backup", "verify", id, "--json"));
        assertThat(without.path("decrypted").asBoolean()).isFalse();
        JsonNode with = ok(there.run("backup", "verify", id, "--identity", first.toString(), "--json"));
        assertThat(with.path("decrypted").asBoolean()).isTrue();

        JsonNode restored = ok(there.run("backup", "restore", id, "--identity", first.toString(), "--yes", "--json"));
        assertThat(restored.path("proof").path("different")).isEmpty();
        assertThat(zoo.dump()).isEqualTo(before);
        assertNothingInTheClearIsLeft(elsewhere);
        stockTools(server, prefix, id, zoo);
    }

    private static boolean isAge(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                    .startsWith("age-encryption.org/v1\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** curl signs as AWS's own tools do; the rest is in RESTORE.md. */
    private void stockTools(S3Server server, String prefix, String id, ADatabase zoo) throws IOException {
        Path copy = Files.createDirectory(elsewhere.resolve("by-hand"));
        Path objects = server.objects(prefix).resolve(id);
        for (Path object : files(objects)) {
            String name = objects.relativize(object).toString();
            Path target = copy.resolve(name);
            Files.createDirectories(target.getParent());
            AfProcess.output(
                    List.of(
                            "curl",
                            "-sf",
                            "-H",
                            "x-amz-content-sha256: UNSIGNED-PAYLOAD",
                            "--aws-sigv4",
                            "aws:amz:us-east-1:s3",
                            "--user",
                            S3Server.ACCESS_KEY + ":" + S3Server.SECRET_KEY,
                            "-o",
                            target.toString(),
                            "http://127.0.0.1:" + server.port() + "/" + S3Server.BUCKET + "/" + prefix + "/" + id + "/"
                                    + name),
                    Map.of());
        }
        Files.writeString(copy.resolve("identity.txt"), FIRST.identity() + "\n");
        try (LocalPostgres cluster = LocalPostgres.start()) {
            Map<String, String> environment = Map.of(
                    "PGHOST",
                    "127.0.0.1",
                    "PGPORT",
                    String.valueOf(cluster.port()),
                    "PGUSER",
                    "postgres",
                    "PGPASSWORD",
                    LocalPostgres.PASSWORD,
                    "PATH",
                    cluster.bin() + ":" + System.getenv("PATH"));
            List<String> commands = commands(Files.readString(copy.resolve("RESTORE.md")));
            String decrypt = "cd '" + copy + "' && " + commands.get(1).replace("identity.txt", "'" + other + "'");
            assertThatThrownBy(() -> AfProcess.output(List.of("bash", "-ec", decrypt), environment))
                    .hasMessageContaining("no identity matched");
            for (String command : commands) {
                AfProcess.output(List.of("bash", "-ec", "cd '" + copy + "' && " + command), environment);
            }
            assertThat(cluster.dump("restored")).isEqualTo(zoo.dump());
        }
    }

    private static List<String> commands(String instructions) {
        List<String> commands = Arrays.stream(instructions.split("\n\n"))
                .filter(block -> block.startsWith("       "))
                .map(block -> block.replaceAll("(?m)^ {7}", ""))
                .toList();
        assertThat(commands).hasSize(6);
        return commands;
    }

    @Test
    void row36_withoutTheKeyOrWithAnotherNothingIsTouchedAndWithARotatedOneItComesBack() throws IOException {
        ADatabase database = small("keys");
        AfProcess af = new AfProcess(folder).on(database);
        String id = ok(af.with("AF_ENCRYPT_TO", FIRST.recipient()).run("backup", "create", "--json"))
                .path("id")
                .asText();
        ok(af.run("backup", "copy", id, "--to", folder.resolve("copies").toString(), "--json"));
        ok(af.run("backup", "verify", id, folder.resolve("copies").toString(), "--json"));
        database.with("DELETE FROM notes; INSERT INTO users VALUES (1000, 'new')");
        String before = database.dump();

        for (String[] command : new String[][] {
            {"backup", "restore", id, "--yes"},
            {"backup", "restore", id, "--plan"},
            {"backup", "restore", id, "critical", "--tables", "notes", "--replace", "--yes"}
        }) {
            AfProcess.Result lost = af.run(command);
            assertThat(lost.exitCode()).as(lost.toString()).isEqualTo(4);
            assertThat(lost.err()).contains("encrypted", "no identity was given", FIRST.recipient(), "--identity FILE");
            List<String> wrong = new ArrayList<>(List.of(command));
            wrong.addAll(List.of("--identity", other.toString()));
            AfProcess.Result refused = af.run(wrong.toArray(String[]::new));
            assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
            assertThat(refused.err())
                    .contains("encrypted to others", FIRST.recipient())
                    .doesNotContain("AGE-SECRET");
        }
        assertThat(database.dump()).isEqualTo(before);
        AfProcess.Result none = af.run("backup", "restore", id, "--yes", "--identity", "/nowhere");
        assertThat(none.exitCode()).as(none.toString()).isEqualTo(2);

        // The new key lies before the old one, as after a rotation.
        Path rotated = secret("rotated.txt", OTHER.identity() + "\n# until 2026\n" + FIRST.identity() + "\n");
        ok(af.run(
                "backup",
                "restore",
                id,
                "critical",
                "--tables",
                "notes",
                "--replace",
                "--yes",
                "--json",
                "--identity",
                rotated.toString()));
        assertThat(database.number("SELECT count(*) FROM public.notes")).isEqualTo(500);
        ok(af.run("backup", "restore", id, "--plan", "--json", "--identity", rotated.toString()));
        Path asked = elsewhere.resolve("asked.txt");
        AfProcess asking = af.with("AF_IDENTITY_COMMAND", "echo once >>'" + asked + "'; cat '" + rotated + "'");
        ok(asking.run("backup", "verify", id, "--json"));
        assertThat(asked).hasContent("once");
        ok(asking.run("backup", "restore", id, "--yes", "--json"));
        assertThat(database.number("SELECT count(*) FROM public.users")).isEqualTo(500);
        assertNothingInTheClearIsLeft(folder);
    }

    @Test
    void row05_aFlippedBitInAnEncryptedFileIsFoundWithAndWithoutTheIdentity() throws IOException {
        ADatabase database = small("encrypted_damage");
        AfProcess af = new AfProcess(folder).on(database).with("AF_ENCRYPT_TO", FIRST.recipient());
        JsonNode created = ok(af.run("backup", "create", "--json"));
        Path backup = folder.resolve(created.path("path").asText());
        Path file = backup.resolve("schema.dump.gz.age");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 20] ^= 1;
        Files.write(file, bytes);

        assertThat(af.run("backup", "verify", "latest").exitCode()).isEqualTo(9);
        assertThat(af.run("backup", "verify", "latest", "-i", first.toString()).exitCode())
                .isEqualTo(9);
        AfProcess.Result restore = af.run("backup", "restore", "latest", "--yes", "-i", first.toString());
        assertThat(restore.exitCode()).as(restore.toString()).isEqualTo(9);
    }

    @Test
    void aRouteThatLeavesTheEncryptionOutFailsAndPublishesNothing() throws IOException {
        ADatabase database = small("not_encrypted");
        Path routes = Files.createDirectory(folder.resolve("own-routes"));
        String route = Files.readString(Project.file("routes/backup/backup-dump-schema.camel.yaml"));
        String without = route.replaceFirst("(?s) *- bean:\n *id: schema-encrypt\n.*?method: encrypt\n", "");
        assertThat(without).isNotEqualTo(route);
        Files.writeString(routes.resolve("backup-dump-schema.camel.yaml"), without);

        AfProcess.Result failed = new AfProcess(folder)
                .on(database)
                .with("AF_EXTRA_ROUTES", routes.toString())
                .with("AF_ENCRYPT_TO", FIRST.recipient())
                .run("backup", "create", folder.resolve("b").toString());

        assertThat(failed.exitCode()).as(failed.toString()).isEqualTo(1);
        assertThat(failed.err()).contains("without being encrypted");
        assertThat(files(folder.resolve("b"))).noneMatch(path -> path.toString().contains("dump"));
    }

    @Test
    void aRecipientThatIsNoneIsRefusedBeforeAnythingIsDone() {
        AfProcess.Result refused = new AfProcess(folder)
                .on(POSTGRES.database("none_such"))
                .run("backup", "create", "--encrypt-to", "age1nonsense");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err()).contains("no recipient of age");
    }
}
