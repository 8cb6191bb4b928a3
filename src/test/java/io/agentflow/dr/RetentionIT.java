package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retention as an operator has it: plan, pin, apply, and what it will not do. */
class RetentionIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private AfProcess af() {
        return new AfProcess(folder).with("AF_RETENTION_KEEP_WITHIN", "0s").with("AF_RETENTION_KEEP_LAST", "1");
    }

    private String backUp(ADatabase database) {
        AfProcess.Result made = af().on(database).run("backup", "create", "--json");
        assertThat(made.exitCode()).as(made.toString()).isZero();
        return made.json().path("id").asText();
    }

    /** The newest first. */
    private List<String> ids() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("backups"))) {
            return all.map(one -> one.getFileName().toString())
                    .filter(name -> BackupId.parse(name).isPresent())
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private List<String> journal() {
        List<String> lines = new ArrayList<>();
        for (JsonNode record : af().run("journal", "show", "--json").json().path("records")) {
            lines.add(record.path("verb").asText() + " " + record.path("phase").asText() + " "
                    + record.path("request").asText());
        }
        return lines;
    }

    @Test
    void whatIsPlannedIsAppliedAndNothingElse() throws IOException {
        ADatabase shop = postgres.database("retention_shop").with("CREATE TABLE t AS SELECT 1 AS a");
        String first = backUp(shop);
        String second = backUp(shop);
        String other = backUp(postgres.database("retention_crm").with("CREATE TABLE t AS SELECT 1 AS a"));
        String newest = backUp(shop);

        AfProcess.Result plan = af().run("retention", "plan", "--json");
        assertThat(plan.exitCode()).as(plan.toString()).isZero();
        assertThat(plan.json().path("expiring")).extracting(JsonNode::asText).containsExactly(first, second);
        String token = plan.json().path("plan").asText();

        assertThat(af().run("backup", "pin", first.substring(first.length() - 4), "--reason", "audit 2026")
                        .exitCode())
                .isZero();
        AfProcess.Result changed = af().run("retention", "apply", "--plan", token, "--yes");
        assertThat(changed.exitCode()).as(changed.toString()).isEqualTo(4);
        assertThat(changed.err()).contains("the plan is no longer " + token);
        assertThat(af().run("retention", "apply").exitCode()).isEqualTo(4);
        assertThat(af().run("backup", "delete", first, "--yes").exitCode()).isEqualTo(4);
        assertThat(ids()).containsExactly(newest, other, second, first);

        token = af().run("retention", "plan", "--json").json().path("plan").asText();
        AfProcess.Result applied = af().run("retention", "apply", "--plan", token, "--yes", "--json");
        assertThat(applied.exitCode()).as(applied.toString()).isZero();
        assertThat(applied.json().path("expired")).extracting(JsonNode::asText).containsExactly(second);
        assertThat(ids()).containsExactly(newest, other, first);
        assertThat(af().run("retention", "explain", first).out()).contains("is kept", "pinned: audit 2026");
        assertThat(af().run("backup", "verify", first).exitCode()).isZero();
        assertThat(journal())
                .anySatisfy(line ->
                        assertThat(line).startsWith("expire done expiry of " + second + " of retention_shop in "))
                .anySatisfy(line -> assertThat(line).startsWith("pin done pin of " + first))
                .anySatisfy(line -> assertThat(line).startsWith("expire refused"))
                .anySatisfy(line -> assertThat(line).startsWith("delete refused"));
    }

    @Test
    void aScheduleLetsThemExpireOnceBackupsNoLongerFail() throws IOException {
        ADatabase database = postgres.database("retention_serve").with("CREATE TABLE t AS SELECT 1 AS a");
        String first = backUp(database);
        String second = backUp(database);
        AfProcess.Result down = af().with("AF_DATABASE_URL", "postgresql://postgres@127.0.0.1:1/retention_serve")
                .run("backup", "create");
        assertThat(down.exitCode()).as(down.toString()).isEqualTo(8);
        Files.write(
                folder.resolve("af.properties"),
                List.of(
                        "af.database.main.url = " + database.uri().replace("\\", "\\\\"),
                        "af.database.main.retention-schedule = * * * * * ?",
                        "af.database.main.retention.keep-last = 1",
                        "af.database.main.retention.keep-within = 0s"));
        AfProcess.Running running =
                new AfProcess(folder).with("AF_MANAGEMENT_PORT", "0").start("serve");
        try {
            await(running, "nothing expires: the last attempt to back it up failed: cannot connect");
            assertThat(ids()).containsExactly(second, first);

            String third = backUp(database);

            await(running, "main: 2 backups have expired");
            assertThat(ids()).containsExactly(third);
        } finally {
            running.process().destroy();
        }
        assertThat(running.await().exitCode()).isEqualTo(143);
        assertThat(journal()).anySatisfy(line -> assertThat(line).startsWith("expire done expiry of " + first));
    }

    private static void await(AfProcess.Running running, String said) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .until(() -> running.errSoFar().contains(said));
    }
}
