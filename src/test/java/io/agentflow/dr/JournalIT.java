package io.agentflow.dr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.testing.ADatabase;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every operation ends in the journal, however it ends; what failed can be done again. */
class JournalIT {
    private final LocalPostgres postgres = LocalPostgres.shared();

    @TempDir
    Path folder;

    private List<String> phases(AfProcess af) {
        List<String> phases = new ArrayList<>();
        for (JsonNode record : af.run("journal", "show", "--json").json().path("records")) {
            phases.add(record.path("verb").asText() + " " + record.path("phase").asText());
        }
        return phases;
    }

    @Test
    void everyOperationHasABeginningAndAnEnd() throws Exception {
        ADatabase database = postgres.database("journal_all").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess af = new AfProcess(folder).on(database).with("SSH_CONNECTION", "10.1.2.3 50000 10.0.0.1 22");
        af.run("backup", "create");
        Files.copy(folder.resolve("state/journal/journal.head"), folder.resolve("noted"));
        af.run("backup", "list");
        af.run("backup", "show", "latest");
        af.run("backup", "verify", "latest");
        af.run("backup", "restore", "latest", "--plan");
        af.run("backup", "restore", "latest", "--yes");
        af.run("backup", "restore", "--undo", "--yes");
        assertThat(af.run("backup", "restore", "--drop-old").err())
                .contains("an undo set aside")
                .doesNotContain("before the restore");
        af.run("backup", "delete", "latest", "--yes");

        assertThat(phases(af))
                .containsExactly(
                        "backup started",
                        "backup done",
                        "show done",
                        "verify started",
                        "verify done",
                        "plan done",
                        "restore started",
                        "restore done",
                        "undo started",
                        "undo done",
                        "drop refused",
                        "delete started",
                        "delete done");
        assertThat(af.run("journal", "verify").exitCode()).isZero();
        assertThat(Files.readString(folder.resolve("state/journal/journal.jsonl")))
                .doesNotContain(LocalPostgres.PASSWORD)
                .contains("\"user\":\"" + System.getProperty("user.name"), "\"from\":\"ssh 10.1.2.3\"");
        assertThat(af.run("journal", "verify", "--since", "noted").exitCode()).isZero();

        Path journal = folder.resolve("state/journal/journal.jsonl");
        Files.writeString(journal, Files.readString(journal).replace("deletion of", "Deletion of"));
        assertThat(af.run("journal", "verify").exitCode()).isEqualTo(9);
        assertThat(new AfProcess(folder)
                        .with("AF_STATE_DIR", folder.resolve("elsewhere").toString())
                        .run("journal", "verify")
                        .exitCode())
                .isEqualTo(6);
    }

    @Test
    void whatWasKilledIsInterruptedByTheNextStart() {
        ADatabase database = postgres.database("journal_killed")
                .with("CREATE TABLE t AS SELECT md5(i::text) AS a FROM generate_series(1, 100000) i");
        AfProcess af = new AfProcess(folder).on(database);
        AfProcess.Running running = af.start("backup", "create");
        Path journal = folder.resolve("state/journal/journal.jsonl");
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(journal) && Files.size(journal) > 0);
        running.process().destroyForcibly();
        running.await();

        AfProcess.Result next = af.run("backup", "create", "--proof", "none");

        assertThat(next.exitCode()).as(next.toString()).isZero();
        assertThat(next.err()).containsOnlyOnce(" was killed with its process: backup of ");
        assertThat(af.run("dead-letters", "list", "--json").json().path("reports"))
                .singleElement()
                .satisfies(report -> assertThat(report.toString()).contains("its process was killed"));
        assertThat(phases(af)).containsExactly("backup started", "backup interrupted", "backup started", "backup done");
    }

    @Test
    void aFailureIsReportedReplayedOnceAndPutAside() {
        ADatabase database = postgres.database("journal_replay").with("CREATE TABLE t AS SELECT 1 AS a");
        AfProcess af = new AfProcess(folder).on(database);
        postgres.maintain("ALTER DATABASE journal_replay ALLOW_CONNECTIONS false");
        assertThat(af.run("backup", "create").exitCode()).isNotZero();
        postgres.maintain("ALTER DATABASE journal_replay ALLOW_CONNECTIONS true");
        JsonNode reports = af.run("dead-letters", "list", "--json").json().path("reports");

        assertThat(reports).hasSize(1);
        assertThat(af.run("dead-letters", "show", "latest").out()).contains("message", "arguments");
        AfProcess.Result replayed = af.run("dead-letters", "replay", "latest");
        assertThat(replayed.exitCode()).as(replayed.toString()).isZero();
        assertThat(af.run("backup", "list", "--json").json().path("backups")).hasSize(1);
        assertThat(af.run(
                                "dead-letters",
                                "replay",
                                reports.get(0).path("operation").asText())
                        .exitCode())
                .isEqualTo(6);
    }

    @Test
    void aJournalThatCannotBeWrittenDoesNotStandInTheWay() throws Exception {
        ADatabase database = postgres.database("journal_unwritable").with("CREATE TABLE t AS SELECT 1 AS a");
        Files.writeString(folder.resolve("file"), "");

        AfProcess.Result made = new AfProcess(folder)
                .on(database)
                .with("AF_STATE_DIR", folder.resolve("file/state").toString())
                .run("backup", "create");

        assertThat(made.exitCode()).as(made.toString()).isZero();
        assertThat(made.err()).contains("the journal cannot be written");
    }
}
