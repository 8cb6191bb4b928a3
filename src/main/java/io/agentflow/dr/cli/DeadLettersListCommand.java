package io.agentflow.dr.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.deadletter.DeadLetterFolder;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code af dead-letters list}. */
@Command(name = "list", description = "List the reports of failed operations, newest first.")
final class DeadLettersListCommand extends AfCommand {
    DeadLettersListCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "DeadLettersList";
    }

    static DeadLetterFolder folder(AfConfig config) {
        return new DeadLetterFolder(Path.of(config.text(ConfigKey.DEAD_LETTERS)));
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        DeadLetterFolder folder = folder(config);
        List<JsonNode> reports = folder.ids().stream().map(folder::report).toList();
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("reports", reports)
                            .toString());
        } else if (reports.isEmpty()) {
            terminal().data("no operation has failed");
        } else {
            reports.forEach(report -> terminal()
                    .data(report.path("operation").asText() + "  exit "
                            + report.path("exitCode").asInt() + "  "
                            + report.path("step").asText() + "  "
                            + report.path("message").asText()));
        }
        return ExitCode.OK;
    }
}
