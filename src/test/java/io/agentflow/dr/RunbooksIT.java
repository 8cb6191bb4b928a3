package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import io.agentflow.dr.testing.Project;
import io.agentflow.dr.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs every command of the runbooks on the day that they are for, and finds the output that they promise. */
class RunbooksIT {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(sh|text)\\n(.*?)^```$");

    private static final Pattern ADDRESS = Pattern.compile("(http://[0-9.]+:\\d+)/observe/");

    private final LocalPostgres postgres = LocalPostgres.shared();
    private final Map<String, String> environment = new LinkedHashMap<>();

    @TempDir
    Path folder;

    private ADatabase backedUp(String name, String... options) {
        ADatabase database = postgres.database(name).agentflow();
        environment.put("AF_DATABASE_URL", database.uri());
        List<String> create = new ArrayList<>(List.of("backup", "create"));
        create.addAll(List.of(options));
        AfProcess.Result made = new AfProcess(folder).on(database).run(create.toArray(String[]::new));
        assertThat(made.exitCode()).as(made.toString()).isZero();
        return database;
    }

    /** Runs a page from its first command to its last. */
    private void follow(String page) throws Exception {
        run(Files.readAllLines(Project.file("docs/runbooks/" + page)));
    }

    private void run(List<String> lines) throws Exception {
        String output = "";
        for (MatchResult block :
                BLOCK.matcher(String.join("\n", lines) + "\n").results().toList()) {
            if (block.group(1).equals("sh")) {
                output = run(block.group(2));
            } else {
                assertThat(output).containsPattern(promised(block.group(2)));
            }
        }
    }

    /** Lines in their order, others between them; … for anything within a line. */
    private static Pattern promised(String text) {
        StringBuilder pattern = new StringBuilder();
        text.lines().forEach(line -> {
            StringBuilder one = new StringBuilder();
            for (String piece : line.split("…", -1)) {
                one.append(one.isEmpty() ? "" : "[^\\n]*").append(Pattern.quote(piece));
            }
            // A line may begin with what differs.
            pattern.append(pattern.isEmpty() ? "" : "(?s:.*?)").append(one);
        });
        return Pattern.compile(pattern.toString());
    }

    private String run(String commands) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", "");
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", "-u", "-o", "pipefail", "-c", commands)
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().keySet().removeIf(k -> k.startsWith("AF_") || k.startsWith("PG"));
        builder.environment().putAll(environment);
        builder.environment()
                .merge("PATH", Project.file("scripts") + ":" + postgres.bin(), (path, first) -> first + ":" + path);
        int exit = builder.start().waitFor();
        String said = Files.readString(out);
        Files.delete(out);
        assertThat(exit).as(commands + "\n" + said).isZero();
        return said;
    }

    @Test
    void anAccidentalTableDrop() throws Exception {
        ADatabase database = backedUp("runbook_drop");
        List<String> page = Files.readAllLines(Project.file("docs/runbooks/accidental-table-drop.md"));
        int deleted = page.indexOf("## 3. Deleted or changed rows come back");
        database.with("DROP TABLE users CASCADE");

        run(page.subList(0, deleted));
        assertThat(database.number("SELECT count(*) FROM public.users")).isEqualTo(50);

        List<String> tables = database.texts(
                "SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
        List<Long> rows = counts(database, tables);
        database.with("DELETE FROM tenants");
        run(page.subList(deleted, page.size()));
        assertThat(counts(database, tables)).isEqualTo(rows);
    }

    private static List<Long> counts(ADatabase database, List<String> tables) {
        return tables.stream()
                .map(table -> database.number("SELECT count(*) FROM " + table))
                .toList();
    }

    @Test
    void aDamagedDatabase() throws Exception {
        ADatabase database = backedUp("runbook_damage");
        database.with("UPDATE audits SET details = '{}'; DROP TABLE messages");

        follow("database-corruption.md");

        assertThat(database.number("SELECT count(*) FROM public.messages")).isEqualTo(600);
    }

    @Test
    void theOnlyBackupIsDamaged() throws Exception {
        ADatabase database = backedUp("runbook_only");
        try (Stream<Path> all = Files.list(folder.resolve("backups"))) {
            Path backup = all.filter(one -> Files.exists(one.resolve("manifest.json")))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(backup.resolve("RESTORE.md"), "");
            Files.writeString(backup.resolve("globals.sql.gz"), "");
        }
        AfProcess.Result refused = new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(9);

        try {
            follow("damaged-backup.md");

            assertThat(postgres.existing("restored").dump()).isEqualTo(database.dump());
        } finally {
            postgres.maintain("DROP DATABASE IF EXISTS restored WITH (FORCE)");
        }
    }

    @Test
    void aKeyThatIsLookedFor() throws Exception {
        AfProcess.Result key = new AfProcess(folder)
                .run("key", "generate", folder.resolve("identity.txt").toString());
        assertThat(key.exitCode()).as(key.toString()).isZero();
        backedUp("runbook_key", "--encrypt-to", key.out().strip());

        follow("lost-key.md");
    }

    @Test
    void aServerThatIsGone() throws Exception {
        try (LocalPostgres lost = LocalPostgres.start()) {
            ADatabase database = lost.database("agentflow").agentflow();
            AfProcess.Result made = new AfProcess(folder).on(database).run("backup", "create", "--role-passwords");
            assertThat(made.exitCode()).as(made.toString()).isZero();
        }
        try (LocalPostgres empty = LocalPostgres.start()) {
            environment.put("NEW_SERVER", empty.uri("").replaceFirst("/$", ""));

            follow("complete-data-loss.md");

            assertThat(empty.existing("agentflow").number("SELECT count(*) FROM public.tenants"))
                    .isEqualTo(5);
        }
    }

    @Test
    void theWrongBackup() throws Exception {
        ADatabase database = backedUp("runbook_wrong");
        database.with("INSERT INTO tenants (name) VALUES ('newest')");
        AfProcess.Result restored = new AfProcess(folder).on(database).run("backup", "restore", "latest", "--yes");
        assertThat(restored.exitCode()).as(restored.toString()).isZero();
        Files.createDirectories(folder.resolve("dead-letters"));

        follow("failed-restore.md");

        assertThat(database.number("SELECT count(*) FROM public.tenants WHERE name = 'newest'"))
                .isEqualTo(1);
    }

    @Test
    void aStoreThatIsBehind() throws Exception {
        ADatabase database = postgres.database("runbook_behind").agentflow();
        Path second = Files.writeString(folder.resolve("second"), "not mounted");
        environment.put(
                "AF_CONFIG",
                Files.writeString(
                                folder.resolve("af.properties"),
                                "af.store.local = " + folder.resolve("local") + "\naf.store.second = " + second
                                        + "\naf.stores = local, second\n")
                        .toString());
        AfProcess.Result made = new AfProcess(folder).on(database).run("backup", "create");
        assertThat(made.exitCode()).as(made.toString()).isEqualTo(3);
        assertThat(made.err())
                .contains("published in local, second is behind: ", "\n  Then send it with: af backup copy ");
        List<String> page = Files.readAllLines(Project.file("docs/runbooks/store-behind.md"));
        environment.put("AF_STATE_DIR", folder.resolve("state").toString());
        int mended = page.indexOf("## 2. Mend the store");

        run(page.subList(0, mended).stream()
                .map(line -> line.equals("af backup list") ? line + " || [ $? = 3 ]" : line)
                .toList());
        Files.delete(second);
        Files.createDirectory(second);
        run(page.subList(mended, page.size()));
    }

    @Test
    void aFullDisk() throws Exception {
        try (SmallDisk disk = SmallDisk.ofMegabytes(20)) {
            Files.createSymbolicLink(folder.resolve("backups"), disk.path());
            ADatabase database = backedUp("runbook_disk");
            AfProcess af = new AfProcess(folder).on(database);
            assertThat(af.run("backup", "create").exitCode()).isZero();
            disk.leaveFree(100 * 1024);
            AfProcess.Result full = af.run("backup", "create");
            assertThat(full.exitCode()).as(full.toString()).isIn(1, 4);
            assertThat(full.err()).containsPattern("needs about .* has .* free|out of disk space");
            disk.leaveFree(250 * 1024);

            follow("full-disk.md");
        }
    }

    @Test
    void backupsHaveStopped() throws Exception {
        ADatabase database = postgres.database("runbook_stopped").with("CREATE TABLE t AS SELECT 1 AS a");
        Files.write(
                folder.resolve("af.properties"),
                List.of(
                        "af.state-dir = " + folder.resolve("state"),
                        "af.store = " + folder.resolve("backups"),
                        "af.dead-letters = " + folder.resolve("dead-letters"),
                        "af.management.port = 0",
                        "af.database.shop.url = " + database.uri().replace("\\", "\\\\"),
                        "af.database.shop.schedule = 0/1 * * * * ?"));
        postgres.maintain("ALTER DATABASE runbook_stopped ALLOW_CONNECTIONS false");
        AfProcess.Running serving = new AfProcess(folder).start("serve");
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readString(serving.err()).contains("shop: backup failed"));
            Matcher address = ADDRESS.matcher(Files.readString(serving.err()));
            assertThat(address.find()).isTrue();
            environment.put("AF_SERVE", address.group(1));
            environment.put("AF_CONFIG", folder.resolve("af.properties").toString());
            List<String> page = Files.readAllLines(Project.file("docs/runbooks/backups-stopped.md"));
            int mended = page.indexOf("## 3. Make a backup now");

            run(page.subList(0, mended));
            postgres.maintain("ALTER DATABASE runbook_stopped ALLOW_CONNECTIONS true");
            serving.process().destroy();
            serving.await();
            run(page.subList(mended, page.size()));
        } finally {
            serving.process().destroyForcibly();
        }
    }
}
