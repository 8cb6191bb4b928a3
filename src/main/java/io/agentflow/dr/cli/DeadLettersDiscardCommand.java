package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.deadletter.DeadLetterFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code af dead-letters discard}. */
@Command(name = "discard", description = "Delete a report that nobody needs any more; the journal keeps its record.")
final class DeadLettersDiscardCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The operation's id, a part of it, or latest.")
    String selector = "";

    DeadLettersDiscardCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "DeadLettersDiscard";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        DeadLetterFolder folder = DeadLettersListCommand.folder(config);
        String id = folder.select(selector);
        operations(config).journaled("discard", "discarding of the report " + id, events, () -> {
            folder.discard(id);
            return id;
        });
        if (json) {
            terminal().data(new JsonDocument(kind(), "ok").with("operation", id).toString());
        } else {
            terminal().data(terminal().good("✓ ") + "the report " + id + " is discarded");
        }
        return ExitCode.OK;
    }
}
