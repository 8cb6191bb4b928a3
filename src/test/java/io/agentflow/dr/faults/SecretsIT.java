package io.agentflow.dr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 23 of the fault table: a password with every odd character gets through, and is nowhere to be seen. */
class SecretsIT {
    private final LocalPostgres postgres = LocalPostgres.shared();
    private final ADatabase database = postgres.database("secrets").agentflow();

    @TempDir
    Path folder;

    private AfProcess parts() {
        return new AfProcess(folder)
                .with("PGHOST", "127.0.0.1")
                .with("PGPORT", String.valueOf(postgres.port()))
                .with("PGUSER", "postgres")
                .with("PGDATABASE", "secrets");
    }

    private Path written(String name, String content) {
        try {
            Path file = Files.writeString(folder.resolve(name), content);
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void works(AfProcess af) {
        AfProcess.Result result = af.run("backup", "create", "--json", "--proof", "counts");
        assertThat(result.exitCode()).as(result.toString()).isZero();
        shownNowhere(result);
    }

    /** In no output, and in no file that was written but the one that the user keeps the password in. */
    private void shownNowhere(AfProcess.Result result) {
        String encoded = URLEncoder.encode(LocalPostgres.PASSWORD, StandardCharsets.UTF_8)
                .replace("+", "%20");
        for (String secret : List.of(LocalPostgres.PASSWORD, encoded)) {
            assertThat(result.out()).doesNotContain(secret);
            assertThat(result.err()).doesNotContain(secret);
            for (Path file : files()) {
                assertThat(content(file)).as(file.toString()).doesNotContain(secret);
            }
        }
    }

    private List<Path> files() {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(f -> !f.endsWith("pgpass") && !f.endsWith("service.conf"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String content(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void row23_aUriWithThePasswordPercentEncoded() {
        works(new AfProcess(folder).on(database));
    }

    @Test
    void row23_thePasswordFromTheEnvironment() {
        works(parts().with("PGPASSWORD", LocalPostgres.PASSWORD));
    }

    @Test
    void row23_thePasswordFromPgpass() {
        String escaped = LocalPostgres.PASSWORD.replace("\\", "\\\\").replace(":", "\\:");
        works(parts().with(
                        "PGPASSFILE",
                        written("pgpass", "*:*:*:postgres:" + escaped + "\n").toString()));
    }

    @Test
    void row23_theConnectionFromAServiceFile() {
        Path services = written(
                "service.conf",
                "[prod]\nhost=127.0.0.1\nport=" + postgres.port() + "\ndbname=secrets\nuser=postgres\n");
        works(new AfProcess(folder)
                .with("PGSERVICEFILE", services.toString())
                .with("PGSERVICE", "prod")
                .with("PGPASSWORD", LocalPostgres.PASSWORD));
    }

    @Test
    void row23_noProcessHasThePasswordAmongItsArguments() throws IOException {
        AfProcess.Running running = new AfProcess(folder).on(database).start("backup", "create", "-v");
        int seen = 0;
        while (running.process().isAlive()) {
            for (String arguments : commandLines()) {
                assertThat(arguments).doesNotContain(LocalPostgres.PASSWORD);
                seen += arguments.contains("pg_dump") ? 1 : 0;
            }
        }

        AfProcess.Result result = running.await();
        assertThat(result.exitCode()).as(result.toString()).isZero();
        assertThat(seen).as("command lines of pg_dump that were looked at").isPositive();
        shownNowhere(result);
    }

    private static List<String> commandLines() throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(p -> p.getFileName().toString().matches("\\d+"))
                    .flatMap(p -> {
                        try {
                            return Stream.of(Files.readString(p.resolve("cmdline")));
                        } catch (IOException gone) {
                            return Stream.empty();
                        }
                    })
                    .toList();
        }
    }

    @Test
    void row23_aWrongPasswordIsSaidWithoutShowingIt() {
        AfProcess.Result refused = new AfProcess(folder)
                .with("AF_DATABASE_URL", "postgresql://postgres:wr0ng-s3cret@127.0.0.1:" + postgres.port() + "/secrets")
                .run("backup", "create", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(8);
        assertThat(refused.json().path("error").path("message").asText()).contains("password authentication failed");
        assertThat(refused.toString()).doesNotContain("wr0ng-s3cret");
        assertThat(files()).allSatisfy(f -> assertThat(content(f)).doesNotContain("wr0ng-s3cret"));
    }

    @Test
    void row23_aMalformedUrlIsNotRepeated() {
        AfProcess.Result refused = new AfProcess(folder)
                .with("AF_DATABASE_URL", "postgresql://postgres:wr0ng/s3cret@127.0.0.1/secrets")
                .run("backup", "create", "--json");

        assertThat(refused.exitCode()).as(refused.toString()).isIn(2, 8);
        assertThat(refused.toString()).doesNotContain("s3cret");
    }
}
