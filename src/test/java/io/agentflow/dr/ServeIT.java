package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code af serve}: what platforms rely on for months. */
class ServeIT {
    private static final Pattern ADDRESS = Pattern.compile("http://[0-9.]+:(\\d+)/observe/");

    private final LocalPostgres postgres = LocalPostgres.shared();
    private final List<AfProcess.Running> started = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        started.forEach(one -> one.process().destroyForcibly());
    }

    private AfProcess af() {
        return new AfProcess(folder);
    }

    private AfProcess.Running serve(AfProcess af, String... configuration) throws IOException {
        Files.write(folder.resolve("af.properties"), List.of(configuration));
        AfProcess.Running running = af.with("AF_MANAGEMENT_PORT", "0").start("serve");
        started.add(running);
        return running;
    }

    private static HttpResponse<String> get(AfProcess.Running running, String path) throws Exception {
        Matcher address = ADDRESS.matcher(Files.readString(running.err()));
        assertThat(address.find()).isTrue();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address.group() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static void awaitLine(AfProcess.Running running, String line) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Pattern.compile(line)
                        .matcher(Files.readString(running.err()))
                        .find());
    }

    private List<String> phases() {
        List<String> phases = new ArrayList<>();
        for (JsonNode record : af().run("journal", "show", "--json").json().path("records")) {
            phases.add(record.path("verb").asText() + " " + record.path("phase").asText());
        }
        return phases;
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnceByKey() throws IOException {
        Files.writeString(
                folder.resolve("af.properties"),
                "af.jbos = 3\naf.jobs = many\naf.schedule.misfire = perhaps\naf.drain-timeout = soon\n"
                        + "af.database.one.schedule = often\naf.database.one.colour = blue\n"
                        + "af.database.two.url = postgresql://h/d\naf.database.two.jobs = many\n"
                        + "af.database.two.verify-schedule = 0 0 3 * * *\n"
                        + "af.database.three.url = mysql://h/d\naf.management.port = 99999\n"
                        + "af.extra-routes = not-there\naf.request.key.ops.operations = fly\n");

        AfProcess.Result refused = af().run("serve");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        "af.jbos",
                        "af.jobs is 'many'",
                        "af.schedule.misfire is 'perhaps'",
                        "af.drain-timeout is 'soon'",
                        "af.database.one.url is missing",
                        "af.database.one.schedule is 'often'",
                        "af.database.one.colour",
                        "af.database.two.jobs is 'many'",
                        "af.database.two.verify-schedule is '0 0 3 * * *'",
                        "af.database.three.url: ",
                        "af.management.port is '99999', not a port, 0 to 65535",
                        "the routes in not-there cannot be used: no such file or directory",
                        "af.request.key.ops.");
        assertThat(af().run("config", "show").err()).contains("af.jbos", "af.database.one.url is missing");

        Files.writeString(
                folder.resolve("af.properties"),
                "af.database.one.url = postgresql://a/d\naf.database.two.url = postgresql://b/d\n");
        AfProcess.Result mixed = af().run("serve");
        assertThat(mixed.exitCode()).as(mixed.toString()).isEqualTo(2);
        assertThat(mixed.err()).contains("af.database.two.stores is that of af.database.one");
    }

    @Test
    void whatWasMissedWhileItDidNotRunIsMadeUpForByOneBackup() throws Exception {
        ADatabase database = postgres.database("serve_missed").with("CREATE TABLE t AS SELECT 1 AS a");
        assertThat(af().on(database).run("backup", "create").exitCode()).isZero();
        Instant made = Files.getLastModifiedTime(backups().get(0)).toInstant();
        await().until(() -> Instant.now().isAfter(made.plusSeconds(3)));
        String due = DateTimeFormatter.ofPattern("s m H d M '?' yyyy")
                .withZone(ZoneOffset.UTC)
                .format(made.plusSeconds(2));

        AfProcess.Running running = serve(
                af(),
                "af.time-zone = UTC",
                "af.database.main.url = " + database.uri().replace("\\", "\\\\"),
                "af.database.main.schedule = " + due);

        awaitLine(running, "main: backup 2\\S+, ");
        assertThat(backups()).hasSize(2);
    }

    private List<Path> backups() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("backups"))) {
            return all.filter(path ->
                            BackupId.parse(String.valueOf(path.getFileName())).isPresent())
                    .toList();
        }
    }

    @Test
    void aChangedRouteCountsWhenNothingRunsAndABrokenOneKeepsTheOld() throws Exception {
        ADatabase database = postgres.database("serve_reload").with("CREATE TABLE t AS SELECT 1 AS a");
        Path own = Files.createDirectory(folder.resolve("own"));
        AfProcess held = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(4))
                .before("backup/backup-attempt", "seal")
                .of(af());
        AfProcess.Running running = serve(
                held,
                "af.routes.reload = 0.2s",
                "af.extra-routes = " + own,
                "af.database.main.url = " + database.uri().replace("\\", "\\\\"),
                "af.database.main.schedule = 0/1 * * * * ?");
        await().atMost(Duration.ofSeconds(60)).until(() -> phases().contains("backup started"));

        // While a backup runs, the step that is told to fail does not come
        Files.writeString(own.resolve("backup-publish.camel.yaml"), refusing());
        awaitLine(running, "routes: changed; the new ones count as soon as nothing runs");
        assertThat(phases()).containsExactly("backup started");
        awaitLine(running, "main: backup 2\\S+, ");
        awaitLine(running, "routes: the changed ones count from now on");
        awaitLine(running, "main: backup failed: .*no more today");

        // And what is broken leaves things as they were
        Files.writeString(own.resolve("backup-publish.camel.yaml"), "- route:\n    id: [\n");
        awaitLine(running, "routes: changed, but the old ones go on: the routes cannot be used");
        assertThat(get(running, "health/live").statusCode()).isEqualTo(200);
        running.process().destroy();
        assertThat(running.await().exitCode()).isEqualTo(143);
    }

    private static String refusing() {
        return """
                - route:
                    id: backup-publish
                    description: Publishes nothing, to see whether it counts.
                    routeConfigurationId: caller-decides
                    from:
                      uri: direct:backup-publish
                      steps:
                        - throwException:
                            id: no-more
                            exceptionType: java.lang.IllegalStateException
                            message: no more today
                """;
    }

    @Test
    void schedulesBackUpAndVerifyAndMetricsAndHealthTellIt() throws Exception {
        ADatabase database = postgres.database("serve_schedule").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess.Running running = serve(
                af(),
                "af.database.main.url = " + database.uri().replace("\\", "\\\\"),
                "af.database.main.schedule = 0/2 * * * * ?",
                "af.database.main.verify-schedule = 1/2 * * * * ?",
                "af.database.main.rpo = 1h",
                "af.database.other.url = " + postgres.uri("not_there").replace("\\", "\\\\"),
                "af.database.other.schedule = 0/3 * * * * ?",
                "af.database.other.rpo = 1s");
        awaitLine(running, "main: backup 2\\S+, ");
        awaitLine(running, "main: backup \\S+ is whole");
        awaitLine(running, "other: backup failed: database 'not_there' does not exist");

        String metrics = get(running, "metrics").body();
        HttpResponse<String> health = get(running, "health");

        assertThat(metrics)
                .containsPattern("af_up(\\{\\})? 1.0")
                .containsPattern(
                        "af_backup_last_success_timestamp_seconds\\{database=\"main\",store=\"[^\"]+\"\\} 1\\.\\d+E9")
                .containsPattern("af_backup_runs_total\\{database=\"main\",result=\"ok\",store=\"[^\"]+\"\\} [1-9]")
                .containsPattern(
                        "af_backup_runs_total\\{database=\"other\",result=\"failed\",store=\"[^\"]+\"\\} [1-9]")
                .contains("af_rpo_target_seconds{database=\"main\"");
        assertThat(health.statusCode()).isEqualTo(503);
        JsonNode checks = new ObjectMapper().readTree(health.body()).path("checks");
        assertThat(checks.findValuesAsText("status")).contains("UP", "DOWN");
        assertThat(get(running, "health/live").statusCode()).isEqualTo(200);

        running.process().destroy();
        assertThat(running.await().exitCode()).isEqualTo(143);
        assertThat(Files.readString(running.err())).doesNotContain(LocalPostgres.PASSWORD);
        assertThat(af().run("backup", "verify", "latest").exitCode()).isZero();
        List<String> phases = phases();
        assertThat(phases.stream().filter(p -> p.endsWith("started")).count())
                .isEqualTo(phases.stream().filter(p -> !p.endsWith("started")).count());
    }

    @Test
    void aSignalWaitsForWhatRuns() throws Exception {
        ADatabase database = postgres.database("serve_drain").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess held = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(5))
                .before("backup/backup-attempt", "seal")
                .of(af());
        AfProcess.Running running = serve(
                held,
                "af.database.main.url = " + database.uri().replace("\\", "\\\\"),
                "af.database.main.schedule = 0/1 * * * * ?");
        await().atMost(Duration.ofSeconds(60)).until(() -> phases().contains("backup started"));

        running.process().destroy();

        assertThat(running.await().exitCode()).isEqualTo(143);
        assertThat(phases()).containsExactly("backup started", "backup done");
        assertThat(af().run("backup", "list", "--json").json().path("backups")).hasSize(1);
    }

    @Test
    void whatDoesNotEndInTimeIsEndedAndRecordedAsInterrupted() throws Exception {
        ADatabase database = postgres.database("serve_limit").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess held = HeldRoutes.in(folder)
                .pausing(Duration.ofSeconds(15))
                .before("backup/backup-attempt", "seal")
                .of(af());
        AfProcess.Running running = serve(
                held,
                "af.drain-timeout = 1s",
                "af.database.main.url = " + database.uri().replace("\\", "\\\\"),
                "af.database.main.schedule = 0/1 * * * * ?");
        await().atMost(Duration.ofSeconds(60)).until(() -> phases().contains("backup started"));

        running.process().destroy();

        assertThat(running.await().exitCode()).isEqualTo(143);
        assertThat(Files.readString(running.err()))
                .contains("main: backup not done: af ends, and it took longer than af.drain-timeout")
                .doesNotContain("Run the command again");
        assertThat(phases()).containsExactly("backup started", "backup interrupted");
        assertThat(af().run("backup", "list", "--json").json().path("backups")).isEmpty();
    }

    @Test
    void theConfigurationIsShownWithItsSourcesAndWithoutItsSecrets() throws IOException {
        Files.writeString(
                folder.resolve("af.properties"),
                "af.jobs = 3\naf.database.main.url = postgresql://u:geheim@h/d\n"
                        + "af.request.key.ops.secret-file = /etc/af/ops\naf.request.key.ops.databases = main, other\n"
                        + "af.request.key.ops.operations = backup\n");

        AfProcess.Result shown =
                af().with("AF_DATABASE_URL", "postgresql://u:geheimer@h/d").run("config", "show", "--effective");

        assertThat(shown.exitCode()).as(shown.toString()).isZero();
        assertThat(shown.out())
                .contains(
                        "af.request.key.ops.secret-file = /etc/af/ops   (af.properties)",
                        "af.request.key.ops.databases = main,other   (",
                        "af.request.key.ops.operations = backup   (")
                .contains("af.jobs = 3   (", "af.properties)", "(AF_DATABASE_URL)", "af.retries = ", "(default)")
                .doesNotContain("geheim");
    }
}
