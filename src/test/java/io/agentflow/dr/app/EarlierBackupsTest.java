package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.journal.JournalEntry;
import io.agentflow.dr.journal.RunningOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service that starts knows of the backups before it. */
class EarlierBackupsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T02:51:49Z");
    private static final Requester OPS = new Requester("ops", "db1", "schedule", null);
    private static final String SHOP = "backup of postgresql://h/shop to /backup";

    @TempDir
    Path folder;

    private final Random random = new Random(1);

    private RunningOperations at(Instant now) {
        return new RunningOperations(folder, Clock.fixed(now, ZoneOffset.UTC));
    }

    private RunningOperations.Begun begun(Instant now, String request) throws IOException {
        return at(now).begin(OperationId.startedAt(now, "backup", random), "backup", OPS, request);
    }

    private DatabaseState recalled(List<JournalEntry> killed) {
        DatabaseState state = new DatabaseState("shop", "/backup", null);
        EarlierBackups earlier = new EarlierBackups(Map.of(SHOP, state));
        earlier.recall(folder, Duration.ofMinutes(1), line -> {});
        earlier.killed(killed, one -> one.backedUp(NOW, 1, killed.size()));
        return state;
    }

    @Test
    void theLastFailureIsKnownAndWhetherABackupHasFollowed() throws IOException {
        begun(NOW, SHOP).failed(ExitCode.FAILED, "no space");
        begun(NOW.plusSeconds(9), SHOP + "2").failed(ExitCode.FAILED, "another store");

        DatabaseState failed = recalled(List.of());
        assertThat(failed.failure()).isEqualTo("no space");
        assertThat(failed.lastFailure()).isEqualTo(NOW);

        begun(NOW.plusSeconds(60), SHOP + ", for request b-1").failed(ExitCode.WARNINGS, "the webhook is down");
        DatabaseState made = recalled(List.of());
        assertThat(made.failure()).isNull();
        assertThat(made.lastFailure()).as("when it last failed stays known").isEqualTo(NOW);
    }

    @Test
    void whatWasKilledIsAFailureAndSaysWhenItWasDue() throws IOException {
        RunningOperations.Begun dead = begun(NOW, SHOP);
        Path file;
        try (var files = Files.list(folder.resolve("running"))) {
            file = files.findFirst().orElseThrow();
        }
        String written = Files.readString(file);
        dead.done(ExitCode.OK, "");
        // As a process leaves it that was killed.
        Files.writeString(
                folder.resolve("running").resolve("20261123T030000Z-backup-dead"),
                written.replaceFirst("2026\\d+T\\d+Z-backup-\\w+", "20261123T030000Z-backup-dead"));
        List<JournalEntry> killed = new ArrayList<>();
        at(NOW.plusSeconds(3600)).sweep(killed::add);

        DatabaseState state = recalled(killed);

        assertThat(state.seconds()).as("counted").isEqualTo(1);
        assertThat(state.lastFailure()).isEqualTo(NOW.plusSeconds(3600));
        assertThat(state.killedAt()).isEqualTo(Instant.parse("2026-11-23T02:59:00Z"));
        assertThat(recalled(List.of()).failure()).isEqualTo("its process was killed");
    }

    @Test
    void recordsThatSomebodyHasBrokenArePassedOver() throws IOException {
        begun(NOW, SHOP).failed(ExitCode.FAILED, "no space");
        Files.writeString(
                folder.resolve("journal/journal.jsonl"),
                "{\"verb\":\"backup\",\"request\":\n{\"verb\":\"backup\",\"request\":\"" + SHOP
                        + "\",\"exitCode\":1,\"at\":\"no time\"}\n",
                StandardOpenOption.APPEND);

        assertThat(recalled(List.of()).failure()).isEqualTo("no space");
    }
}
