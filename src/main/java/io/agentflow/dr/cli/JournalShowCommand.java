package io.agentflow.dr.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.journal.Journal;
import io.agentflow.dr.journal.JournalHead;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code af journal show}. */
@Command(name = "show", description = "Show what af did: who, when, what, and what came of it; newest last.")
final class JournalShowCommand extends AfCommand {
    @Option(names = "-n", paramLabel = "N", description = "The last N records (default: 50).")
    int most = 50;

    @Option(names = "--operation", paramLabel = "ID", description = "Only records of operations whose id holds this.")
    @Nullable
    String operation;

    JournalShowCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "JournalShow";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        Deque<JsonNode> last = new ArrayDeque<>();
        try {
            read(config, record -> keep(record, last), null);
        } catch (VerificationFailed e) {
            // What is whole before that is shown all the same.
            if (!json) {
                last.forEach(record -> terminal().data(line(record)));
            }
            throw e;
        }
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("records", List.copyOf(last))
                            .toString());
        } else {
            last.forEach(record -> terminal().data(line(record)));
        }
        return ExitCode.OK;
    }

    private void keep(JsonNode record, Deque<JsonNode> last) {
        if (operation == null || record.path("operation").asText().contains(operation)) {
            last.add(record);
            if (last.size() > most) {
                last.remove();
            }
        }
    }

    /**
     * Reads all of it; a record that was tampered with ends it.
     *
     * @param known where it ended once, or null
     */
    static JournalHead read(AfConfig config, Consumer<JsonNode> each, @Nullable JournalHead known) {
        try {
            return Journal.in(config.stateDirectory()).require().read(each, known);
        } catch (IOException e) {
            throw new OperationFailed(
                    "the journal in " + config.stateDirectory() + " cannot be read: " + Reason.of(e),
                    "Check the rights, and af.state-dir.",
                    e);
        }
    }

    private static String line(JsonNode record) {
        String code =
                record.path("exitCode").isInt() ? " (" + record.path("exitCode").asInt() + ")" : "";
        String outcome = record.path("outcome").asText("");
        String from = record.path("from").asText("");
        String key =
                record.path("key").isNull() ? "" : " key " + record.path("key").asText();
        return printable(record.path("at").asText().replaceFirst("\\.\\d+Z", "Z") + "  "
                + record.path("phase").asText() + code + "  "
                + record.path("user").asText() + "@"
                + record.path("host").asText() + key + (from.isEmpty() ? "" : " (" + from + ")") + "  "
                + (outcome.isEmpty() || outcome.equals("null")
                        ? record.path("request").asText()
                        : record.path("request").asText() + ": " + outcome));
    }

    /** Some of it was chosen by whoever asked: none of it may command a terminal. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
