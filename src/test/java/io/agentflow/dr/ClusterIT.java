package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several {@code af serve} with one schedule: who dies is stood in for, and a fire time is used once. */
class ClusterIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final LocalPostgres postgres = LocalPostgres.shared();
    private final List<Node> nodes = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        nodes.forEach(node -> node.running.process().destroyForcibly());
    }

    /** One of the services: with a folder and a journal of its own. */
    private record Node(Path folder, AfProcess af, AfProcess.Running running) {
        List<String> phases() {
            List<String> phases = new ArrayList<>();
            for (JsonNode record : af.run("journal", "show", "--json").json().path("records")) {
                phases.add(record.path("phase").asText());
            }
            return phases;
        }

        void kill() throws InterruptedException {
            running.process().destroyForcibly().waitFor();
        }
    }

    private Node node(String name, HeldRoutes routes, List<String> configuration) {
        try {
            Path own = Files.createDirectory(folder.resolve(name));
            Files.write(own.resolve("af.properties"), configuration);
            AfProcess af = routes.of(new AfProcess(own)).with("AF_MANAGEMENT_PORT", "0");
            Node node = new Node(own, af, af.start("serve"));
            nodes.add(node);
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escaped(String url) {
        return url.replace("\\", "\\\\");
    }

    @Test
    void whoDiesInTheMiddleOfABackupIsStoodInForAndTheFireTimeIsUsedOnce() throws Exception {
        ADatabase database = postgres.database("cluster_main").with("CREATE TABLE t AS SELECT 1 AS a");
        ADatabase schedules = postgres.database("cluster_schedules");
        Instant made = backup(database);
        // Due since a moment ago: whoever is up first makes it, and nobody has to wait for the clock.
        Instant due = made.plusSeconds(2).truncatedTo(ChronoUnit.SECONDS);
        await().until(() -> Instant.now().isAfter(due));
        List<String> configuration = List.of(
                "af.time-zone = UTC",
                "af.store = " + folder.resolve("backups"),
                "af.cluster.check-in = 1s",
                "af.cluster.database-url = " + escaped(schedules.uri()),
                "af.database.main.url = " + escaped(database.uri()),
                "af.database.main.schedule = "
                        + DateTimeFormatter.ofPattern("s m H d M '?' yyyy")
                                .withZone(ZoneOffset.UTC)
                                .format(due));

        // Given two services, of which the first has one schedule more, and is in the middle of a backup
        HeldRoutes held = HeldRoutes.in(folder).pausing(Duration.ofMinutes(5)).before("backup/backup-attempt", "seal");
        List<String> withAnother = new ArrayList<>(configuration);
        withAnother.add("af.database.main.verify-schedule = 0 0 3 1 1 ?");
        Node first = node("first", held, withAnother);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(started(first))
                        .as("%s", first.running.errSoFar())
                        .isTrue());
        assertThat(schedules.texts("SELECT trigger_name FROM public.qrtz_triggers ORDER BY 1"))
                .containsExactly("backup-main", "verify-main");
        Node second = node("second", HeldRoutes.in(folder), configuration);
        awaitSaid(second, "serving 1 database");
        assertThat(started(second)).isFalse();

        // When the first one is killed
        first.kill();

        // Then the second one makes that backup, once; and nothing is left of the schedule that it does not have
        awaitSaid(second, "main: backup 2");
        assertThat(second.phases()).containsExactly("started", "done");
        assertThat(backups())
                .hasSize(2)
                .allSatisfy(one -> assertThat(new AfProcess(folder)
                                .run("backup", "verify", one.path("id").asText())
                                .exitCode())
                        .isZero());
        assertThat(schedules.texts("SELECT trigger_name FROM public.qrtz_triggers"))
                .doesNotContain("verify-main");
        assertThat(second.running.errSoFar()).doesNotContain(LocalPostgres.PASSWORD);
    }

    @Test
    void aSignalEndsAServiceWhoseScheduleDatabaseIsAway() throws Exception {
        ADatabase database = postgres.database("cluster_away").with("CREATE TABLE t AS SELECT 1 AS a");
        ADatabase schedules = postgres.database("cluster_away_schedules");
        HeldRoutes held = HeldRoutes.in(folder).pausing(Duration.ofSeconds(4)).before("backup/backup-attempt", "seal");
        Node node = node(
                "away",
                held,
                List.of(
                        "af.store = " + folder.resolve("backups"),
                        "af.cluster.database-url = " + escaped(schedules.uri()),
                        "af.database.main.url = " + escaped(database.uri()),
                        "af.database.main.schedule = 0/1 * * * * ?"));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(started(node))
                        .as("%s", node.running.errSoFar())
                        .isTrue());

        postgres.maintain("ALTER DATABASE cluster_away_schedules ALLOW_CONNECTIONS false");
        postgres.maintain("DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE datname = 'cluster_away_schedules'; END $$");
        node.running.process().destroy();

        assertThat(node.running.process().waitFor(120, TimeUnit.SECONDS))
                .as("%s", node.running.errSoFar())
                .isTrue();
        assertThat(node.running.process().exitValue()).isEqualTo(143);
        assertThat(node.phases()).startsWith("started", "done");
        postgres.maintain("ALTER DATABASE cluster_away_schedules ALLOW_CONNECTIONS true");
    }

    private Instant backup(ADatabase database) {
        AfProcess.Result made = new AfProcess(folder).on(database).run("backup", "create");
        assertThat(made.exitCode()).as(made.toString()).isZero();
        return Instant.parse(backups().get(0).path("createdAt").asText());
    }

    private static void awaitSaid(Node node, String text) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(node.running.errSoFar()).contains(text));
    }

    /** Looked up in the file itself: a run of af might take longer than what it waits for. */
    private static boolean started(Node node) throws IOException {
        Path state = node.folder.resolve("state");
        if (!Files.exists(state)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                if (Files.readString(file).contains("\"started\"")) {
                    return true;
                }
            }
            return false;
        }
    }

    private List<JsonNode> backups() {
        List<JsonNode> backups = new ArrayList<>();
        new AfProcess(folder)
                .run("backup", "list", folder.resolve("backups").toString(), "--json")
                .json()
                .path("backups")
                .forEach(backups::add);
        return backups;
    }

    @Test
    void schedulesAreNotKeptInADatabaseThatIsLookedAfterByWhateverNameItIsReached() {
        ADatabase database = postgres.database("cluster_self");

        Node same = node(
                "same",
                HeldRoutes.in(folder),
                List.of(
                        "af.cluster.database-url = " + escaped(database.uri()),
                        "af.database.main.url = " + escaped(database.uri().replace("127.0.0.1", "localhost"))));

        AfProcess.Result refused = same.running.await();
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err())
                .contains("af.cluster.database-url is the database of af.database.main")
                .doesNotContain(LocalPostgres.PASSWORD);
    }
}
