package io.agentflow.dr.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.UtcStamp;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.journal.JournalEntry;
import io.agentflow.dr.journal.RecentEnds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What became of backups before this service began: a failure is not forgotten because af was started again, nor a backup
 * that was killed with it.
 */
final class EarlierBackups {
    private final Map<String, DatabaseState> states;

    /** @param states by what the journal calls a backup of the database: {@link io.agentflow.dr.backup.BackupRequest#words} */
    EarlierBackups(Map<String, DatabaseState> states) {
        this.states = states;
    }

    /**
     * Puts the last failure of each database into its state.
     *
     * @param jitter how much later than its fire time a backup may begin
     */
    void recall(Path stateFolder, Duration jitter, Consumer<String> say) {
        try {
            new RecentEnds(stateFolder)
                    .read(
                            "backup",
                            record -> of(record.path("request").asText(), state -> recall(state, record, jitter)));
        } catch (IOException | UncheckedIOException e) {
            say.accept("it is not known how earlier backups ended: the journal cannot be read: " + e.getMessage());
        }
    }

    /** These were killed, and nobody has counted them yet. */
    void killed(List<JournalEntry> killed, Consumer<DatabaseState> count) {
        killed.stream().filter(entry -> entry.verb().equals("backup")).forEach(entry -> of(entry.request(), count));
    }

    private void of(String request, Consumer<DatabaseState> act) {
        states.forEach((words, state) -> {
            if (request.equals(words) || request.startsWith(words + ", for request ")) {
                act.accept(state);
            }
        });
    }

    private static void recall(DatabaseState state, JsonNode record, Duration jitter) {
        JsonNode code = record.path("exitCode");
        boolean killed = code.isNull();
        // With warnings it was published, and only a step after that failed.
        if (!killed && (code.asInt() == ExitCode.OK.number() || code.asInt() == ExitCode.WARNINGS.number())) {
            state.failureOver();
            return;
        }
        try {
            state.backupFailed(
                    Instant.parse(record.path("at").asText()),
                    record.path("outcome").asText());
            if (killed) {
                state.killed(UtcStamp.parse(record.path("operation").asText()).minus(jitter));
            }
        } catch (RuntimeException e) {
            // Somebody has written into the journal; af journal verify tells.
            return;
        }
    }
}
