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

        boolean said(String text) {
            return running.errSoFar().contains(text);
        }

        void kill() throws InterruptedException {
            running.process().destroyForcibly().waitFor();
        }
    }

    private Node node(String name, HeldRoutes routes, String... configuration) {
        try {
            Path own = Files.createDirectory(folder.resolve(name));
            Files.write(own.resolve("af.properties"), List.of(configuration));
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
    void whoDiesIsStoodInForAndTheFireTimeIsUsedOnce() throws Exception {
        ADatabase database = postgres.database("cluster_main").with("CREATE TABLE t AS SELECT 1 AS a");
        ADatabase schedules = postgres.database("cluster_schedules");
        Instant fireTime = Instant.now().plusSeconds(20).truncatedTo(ChronoUnit.SECONDS);
        String cron = DateTimeFormatter.ofPattern("s m H d M '?' yyyy")
                .withZone(ZoneOffset.UTC)
                .format(fireTime);
        String[] configuration = {
            "af.time-zone = UTC",
            "af.store = " + folder.resolve("backups"),
            "af.cluster.check-in = 1s",
            "af.cluster.database-url = " + escaped(schedules.uri()),
            "af.database.main.url = " + escaped(database.uri()),
            "af.database.main.schedule = " + cron
        };
        HeldRoutes routes = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(6))
                .before("backup/backup-attempt", "seal")
                .after("backup/backup-publish", "publish-backup");
        String[] withAnother = java.util.Arrays.copyOf(configuration, configuration.length + 1);
        withAnother[configuration.length] = "af.database.main.verify-schedule = 0 0 3 1 1 ?";
        Node one = node("one", routes, withAnother);
        Node two = node("two", routes, withAnother);
        await().atMost(LIMIT).until(() -> one.said("serving 1") && two.said("serving 1"));
        assertThat(schedules.texts("SELECT trigger_name FROM qrtz_triggers ORDER BY 1"))
                .containsExactly("backup-main", "verify-main");

        // Given one of the two that is in the middle of the backup, when it is killed
        await().atMost(LIMIT).until(() -> started(one) || started(two));
        Node first = started(one) ? one : two;
        Node second = first == one ? two : one;
        assertThat(started(second)).isFalse();
        first.kill();

        // Then the other makes it; and when that one is killed after it has published, a third one sees that it is
        // there
        await().atMost(LIMIT).until(() -> !backups().isEmpty());
        assertThat(second.phases()).containsExactly("started");
        second.kill();
        Node third = node("three", routes, configuration);
        await().atMost(LIMIT).until(() -> third.said("main: the backup of " + fireTime + " is there"));
        assertThat(third.phases()).isEmpty();
        assertThat(backups()).hasSize(1);
        assertThat(Instant.parse(backups().get(0).path("createdAt").asText())).isAfter(fireTime);
        assertThat(new AfProcess(folder)
                        .run(
                                "backup",
                                "verify",
                                "latest",
                                folder.resolve("backups").toString())
                        .exitCode())
                .isZero();
        // And the schedule that the third one does not have any more has left nothing behind
        assertThat(schedules.texts("SELECT trigger_name FROM qrtz_triggers WHERE trigger_group = 'af'"))
                .doesNotContain("verify-main");
        assertThat(third.running.errSoFar()).doesNotContain(LocalPostgres.PASSWORD);
    }

    /** Looked up in the file itself: a run of af might take longer than what it waits for. */
    private static boolean started(Node node) throws IOException {
        try (Stream<Path> files = Files.walk(node.folder.resolve("state"))) {
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
                "af.cluster.database-url = " + escaped(database.uri()),
                "af.database.main.url = " + escaped(database.uri().replace("127.0.0.1", "localhost")));

        AfProcess.Result refused = same.running.await();
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err())
                .contains("af.cluster.database-url is the database of af.database.main")
                .doesNotContain(LocalPostgres.PASSWORD);
    }
}
