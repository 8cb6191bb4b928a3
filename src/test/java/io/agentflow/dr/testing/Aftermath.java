package io.agentflow.dr.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What has to hold after every fault: said loudly, nothing published, older backups and the live database as they were,
 * no secret shown, no child left, and after the next run no remains either. Made before the fault, asked after it.
 */
public final class Aftermath {
    private static final String PARTIAL = ".partial-";

    private final Path folder;
    private final Path store;
    private final LocalPostgres cluster;
    private final ADatabase database;
    private final Map<String, String> backups;
    private final Sha256 content;

    private Aftermath(Path folder, Path store, LocalPostgres cluster, ADatabase database) {
        this.folder = folder;
        this.store = store;
        this.cluster = cluster;
        this.database = database;
        this.backups = published(store);
        this.content = content(database);
    }

    /** @param folder where af runs, with its dead letters and, in {@code backups}, its store */
    public static Aftermath in(Path folder, LocalPostgres cluster, ADatabase database) {
        return in(folder, folder.resolve("backups"), cluster, database);
    }

    public static Aftermath in(Path folder, Path store, LocalPostgres cluster, ADatabase database) {
        return new Aftermath(folder, store, cluster, database);
    }

    /** It failed with this code, said this, gave a hint, and nothing has changed. */
    public Aftermath failed(AfProcess.Result result, int exitCode, String said) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        assertThat(result.err()).contains("✗ ").containsIgnoringCase(said).doesNotContain("this is a bug in af");
        List<String> lines = result.err().lines().toList();
        int fact =
                (int) lines.stream().takeWhile(line -> !line.startsWith("✗ ")).count();
        assertThat(lines).as("a hint below the fact: " + result.err()).hasSizeGreaterThan(fact + 1);
        assertThat(lines.get(fact + 1)).startsWith("  ").isNotBlank();
        if (result.out().startsWith("{")) {
            JsonNode error = result.json().path("error");
            assertThat(result.json().path("status").asText()).isEqualTo("failed");
            assertThat(error.path("message").asText()).containsIgnoringCase(said);
            assertThat(error.path("hint").asText()).isNotBlank();
            assertThat(error.path("exitCode").asInt()).isEqualTo(exitCode);
        } else {
            assertThat(result.out()).isEmpty();
        }
        return hidSecrets(result).unchanged();
    }

    /** It failed as verify does: with a report on stdout that names the file. */
    public Aftermath foundDamage(AfProcess.Result result, String file) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(9);
        assertThat(result.out()).as(result.toString()).contains(file);
        return hidSecrets(result);
    }

    /** No published backup is new, gone or altered, the live database says what it said, and no child works on. */
    public Aftermath unchanged() {
        assertThat(published(store)).isEqualTo(backups);
        return databaseUnchanged();
    }

    /** The live database says what it said, whatever the test itself did to the backups. */
    public Aftermath databaseUnchanged() {
        noChildren();
        assertThat(content(database)).as("the live database").isEqualTo(content);
        return this;
    }

    /** The password is in nothing that was printed or reported, in no spelling. */
    public Aftermath hidSecrets(AfProcess.Result result) {
        String shown = result.out() + result.err() + deadLetters();
        String percent = cluster.uri("x").replaceFirst("postgresql://postgres:(.*)@.*", "$1");
        String json = LocalPostgres.PASSWORD.replace("\\", "\\\\").replace("\"", "\\\"");
        assertThat(shown).doesNotContain(LocalPostgres.PASSWORD, percent, json);
        assertThat(shown.toLowerCase(Locale.ROOT)).doesNotContain(percent.toLowerCase(Locale.ROOT));
        return this;
    }

    /** Within ten seconds no program of ours is left, nor a session of theirs. */
    public Aftermath noChildren() {
        await("the end of all children")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    assertThat(children()).isEmpty();
                    assertThat(sessions()).isEmpty();
                });
        return this;
    }

    /** Within ten seconds no program of ours is left, even while the network stalls and the server knows of nothing. */
    public Aftermath noPrograms() {
        await("the end of all programs")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(children()).isEmpty());
        return this;
    }

    /** One report was written, and it names the step and the exit code. */
    public Aftermath reported(String step, int exitCode) {
        List<Path> reports = files(folder.resolve("dead-letters"));
        assertThat(reports).hasSize(1);
        JsonNode report = new AfProcess.Result(0, text(reports.get(0)), "").json();
        assertThat(report.path("step").asText()).as(report.toString()).isEqualTo(step);
        assertThat(report.path("exitCode").asInt()).isEqualTo(exitCode);
        assertThat(report.path("replay").asText()).startsWith("af backup ");
        return this;
    }

    /** After the next run nothing lies about, neither in the store nor in the cluster. */
    public Aftermath tidy() {
        noChildren();
        assertThat(remains()).isEmpty();
        assertThat(stagingDatabases()).isEmpty();
        return this;
    }

    /** What unpublished backups left in the store. */
    public List<String> remains() {
        return files(store).stream()
                .map(path -> String.valueOf(path.getFileName()))
                .filter(name -> name.startsWith(PARTIAL))
                .toList();
    }

    public List<String> stagingDatabases() {
        return cluster.databases().stream()
                .filter(name -> name.startsWith(database.name() + "_af_"))
                .toList();
    }

    private List<String> children() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains("pg_dump") || line.contains("pg_restore"))
                .filter(line -> line.contains("application_name='af ") && line.contains("dbname='" + database.name()))
                .toList();
    }

    private List<String> sessions() {
        try (ADatabase maintenance = new ADatabase(cluster, "postgres")) {
            return maintenance.texts("SELECT application_name || ' in ' || datname FROM pg_stat_activity"
                    + " WHERE application_name LIKE 'af %' AND datname LIKE '" + database.name() + "%'");
        }
    }

    private String deadLetters() {
        return files(folder.resolve("dead-letters")).stream()
                .map(Aftermath::text)
                .collect(Collectors.joining());
    }

    private static Sha256 content(ADatabase database) {
        return Sha256.of(database.dump().getBytes(StandardCharsets.UTF_8));
    }

    /** Every file of every visible backup but its evidence, with its digest. */
    private static Map<String, String> published(Path store) {
        Map<String, String> found = new TreeMap<>();
        for (Path backup : files(store)) {
            if (Files.isRegularFile(backup.resolve("manifest.json"))
                    && !String.valueOf(backup.getFileName()).startsWith(PARTIAL)) {
                digest(store, backup, found);
            }
        }
        return found;
    }

    private static void digest(Path store, Path backup, Map<String, String> found) {
        try (Stream<Path> all = Files.walk(backup)) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                String name = store.relativize(file).toString();
                if (!name.contains("/evidence/")) {
                    found.put(name, Sha256.of(Files.readAllBytes(file)).hex());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
