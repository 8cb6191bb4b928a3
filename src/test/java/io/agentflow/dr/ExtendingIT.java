package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.HeldRoutes;
import io.agentflow.dr.testing.LocalNginx;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.LocalSshd;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example of docs/extending.md, copied as the page says, and run against what it is for. */
class ExtendingIT {
    private static final Path EXAMPLES = Project.file("routes/examples");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Set<String> TRIED = new TreeSet<>();
    private static final LocalPostgres POSTGRES = LocalPostgres.shared();

    @TempDir
    static Path components;

    private static ADatabase database;

    @TempDir
    Path folder;

    @BeforeAll
    static void prepare() {
        database = POSTGRES.database("extending").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess.output(
                List.of(Project.file("scripts/fetch-component.sh").toString(), "camel-ftp", components.toString()),
                Map.of());
    }

    @AfterAll
    static void everyExampleWasRun() throws IOException {
        try (Stream<Path> examples = Files.list(EXAMPLES)) {
            assertThat(examples.map(one -> String.valueOf(one.getFileName())))
                    .containsExactlyInAnyOrderElementsOf(TRIED);
        }
    }

    /** An af with these examples and these keys of theirs. */
    private AfProcess af(List<String> examples, String... keys) throws IOException {
        Path own = Files.createDirectories(folder.resolve("own"));
        for (String example : examples) {
            TRIED.add(example);
            try (Stream<Path> files = Files.list(EXAMPLES.resolve(example))) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.copy(file, own.resolve(file.getFileName()));
                }
            }
        }
        Files.write(
                folder.resolve("af.properties"),
                Stream.concat(Stream.of("af.extra-routes = " + own), Stream.of(keys))
                        .toList());
        return new AfProcess(folder).with("AF_LIB", components.toString()).with("AF_MANAGEMENT_PORT", "0");
    }

    private static void isWell(AfProcess af) {
        AfProcess.Result checked = af.run("routes", "check");
        assertThat(checked.exitCode()).as(checked.toString()).isZero();
    }

    @Test
    void eachPublishedBackupIsCopiedToAnSftpServer() throws IOException {
        Path keys = Files.createDirectory(folder.resolve("ssh"));
        Path remote = Files.createDirectory(folder.resolve("remote"));
        try (LocalSshd sshd = LocalSshd.start(keys)) {
            AfProcess af = af(List.of("copy-to-sftp"), "af.route.sftp = " + sshd.endpoint(remote));

            AfProcess.Result made = af.on(database).run("backup", "create", "--json");

            assertThat(made.exitCode()).as(made.toString()).isZero();
            String id = made.json().path("id").asText();
            assertThat(new AfProcess(folder)
                            .run("backup", "verify", id, remote.toString())
                            .exitCode())
                    .isZero();
        }
    }

    /** What the pages of the stores say: create, list, verify, restore; and what is said when a route is missing. */
    private void keepsBackups(AfProcess af, String name) throws IOException {
        ADatabase kept =
                POSTGRES.database("kept_" + name).with("CREATE TABLE t AS SELECT generate_series(1, 100) AS a");
        af.on(kept).with("AF_STORE", "route:" + name);
        isWell(af);
        AfProcess.Result tried = af.run("store", "check", "--files", "20");
        assertThat(tried.exitCode()).as(tried.toString()).isZero();
        assertThat(tried.out().lines()).hasSize(8).allMatch(line -> line.startsWith("✓ "));

        AfProcess.Result made = af.run("backup", "create", "--json");
        assertThat(made.exitCode()).as(made.toString()).isZero();
        AfProcess.Result listed = af.run("backup", "list", "--json");
        assertThat(listed.json().path("backups").findValuesAsText("id"))
                .as(listed.toString())
                .containsExactly(made.json().path("id").asText());
        kept.with("DELETE FROM t");
        AfProcess.Result restored = af.run("backup", "restore", "latest", "--yes");
        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        assertThat(kept.number("SELECT count(*) FROM public.t")).isEqualTo(100);
        AfProcess.Result verified = af.run("backup", "verify", "latest");
        assertThat(verified.exitCode()).as(verified.toString()).isZero();
        AfProcess.Result deleted = af.run("backup", "delete", "latest", "--yes");
        assertThat(deleted.exitCode()).as(deleted.toString()).isZero();

        Files.delete(folder.resolve("own/store-" + name + "-stat.camel.yaml"));
        AfProcess.Result missing = af.run("backup", "list");
        assertThat(missing.exitCode()).as(missing.toString()).isEqualTo(2);
        assertThat(missing.err()).contains("there is no route store-" + name + "-stat");
    }

    @Test
    void anSftpServerKeepsBackups() throws IOException {
        Path keys = Files.createDirectory(folder.resolve("ssh"));
        Path remote = Files.createDirectory(folder.resolve("remote"));
        try (LocalSshd sshd = LocalSshd.start(keys)) {
            keepsBackups(af(List.of("store-sftp"), "af.route.sftp = " + sshd.store(remote)), "sftp");
        }
        assertThat(remote).isEmptyDirectory();
    }

    @Test
    void aWebServerKeepsBackups() throws IOException {
        try (LocalNginx nginx = LocalNginx.start(Files.createDirectory(folder.resolve("nginx")))) {
            Path remote = nginx.place("backups");
            keepsBackups(af(List.of("store-web"), "af.route.web = " + nginx.address("backups")), "web");
            assertThat(remote).isEmptyDirectory();
        }
    }

    @Test
    void aCopyThatFailsIsAWarningAndTheBackupIsThere() throws IOException {
        Path keys = Files.createDirectory(folder.resolve("ssh"));
        LocalSshd gone = LocalSshd.start(keys);
        AfProcess af = af(
                List.of("copy-to-sftp"),
                "af.route.sftp = " + gone.endpoint(folder.resolve("remote")) + "&maximumReconnectAttempts=0");
        gone.close();

        AfProcess.Result made = af.on(database).run("backup", "create");

        assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
        assertThat(made.err()).contains("done, but what came after it was not", "is published");
        assertThat(af.run("backup", "verify", "latest").exitCode()).isZero();
    }

    @Test
    void aFileTriggersABackupUnderAFlagAndAWebhookIsToldOfIt() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        hook.start();
        Path now = Files.createDirectory(folder.resolve("now"));
        Path flag = folder.resolve("flags/extending");
        AfProcess af = af(
                List.of("back-up-now", "maintenance-flag", "tell-a-webhook"),
                "af.route.now = " + now,
                "af.route.flags = " + folder.resolve("flags"),
                "af.route.webhook = http://127.0.0.1:" + hook.getAddress().getPort() + "/backups",
                "af.database.main.url = " + database.uri().replace("\\", "\\\\"));
        isWell(af);
        AfProcess.Running serving = HeldRoutes.in(folder)
                .before("backup/backup-attempt", "seal")
                .of(af)
                .start("serve");
        try {
            await().atMost(LIMIT).until(() -> serving.errSoFar().contains("serving 1 database"));

            Files.createFile(now.resolve("nobody"));
            await().atMost(LIMIT).until(() -> serving.errSoFar().contains("is called 'nobody'"));
            Files.createFile(now.resolve("main"));

            await().atMost(LIMIT).until(() -> Files.exists(flag));
            await().atMost(LIMIT).until(() -> !told.isEmpty());
            await().atMost(LIMIT).until(() -> !Files.exists(flag));
            JsonNode facts = new ObjectMapper().readTree(told.remove());
            assertThat(facts.path("database").asText()).isEqualTo("extending");
            assertThat(facts.path("tables").asInt()).isEqualTo(1);
            assertThat(Path.of(facts.path("folder").asText())).isAbsolute().isDirectory();
            assertThat(new AfProcess(folder)
                            .run("backup", "verify", facts.path("id").asText())
                            .exitCode())
                    .isZero();
            assertThat(now).isEmptyDirectory();
        } finally {
            serving.process().destroy();
            serving.await();
            hook.stop(0);
        }
    }

    @Test
    void aFailureIsWrittenWhereOthersLook() throws IOException {
        AfProcess af = af(List.of("dead-letter-sink"), "af.route.failures = " + folder.resolve("failures"));

        AfProcess.Result failed =
                af.with("AF_DATABASE_URL", POSTGRES.uri("not_there")).run("backup", "create");

        assertThat(failed.exitCode()).isNotZero();
        assertThat(folder.resolve("failures/af-failures.log"))
                .content()
                .contains("not_there")
                .doesNotContain(LocalPostgres.PASSWORD);
        assertThat(folder.resolve("dead-letters")).isNotEmptyDirectory();
    }

    @Test
    void noExampleIsLongerThanFifteenLines() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSizeGreaterThan(4)
                    .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(15));
        }
    }
}
