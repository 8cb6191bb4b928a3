package io.agentflow.dr.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.deadletter.DeadLetterFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code af dead-letters show}. */
@Command(name = "show", description = "Show one report: what failed, where, why, and how to do it again.")
final class DeadLettersShowCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The operation's id, a part of it, or latest.")
    String selector = "";

    DeadLettersShowCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "DeadLettersShow";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        DeadLetterFolder folder = DeadLettersListCommand.folder(config);
        JsonNode report = folder.report(folder.select(selector));
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok").with("report", report).toString());
            return ExitCode.OK;
        }
        report.properties().forEach(field -> {
            if (field.getValue().isArray()) {
                field.getValue().forEach(line -> terminal().data("  " + field.getKey() + "  " + line.asText()));
            } else {
                terminal().data(field.getKey() + "  " + field.getValue().asText());
            }
        });
        return ExitCode.OK;
    }
}
