package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.deadletter.DeadLetterFolder;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af dead-letters discard}. */
@Command(name = "discard", description = "Delete a report that nobody needs any more; the journal keeps its record.")
final class DeadLettersDiscardCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The operation's id, a part of it, or latest.")
    String selector = "";

    @Option(names = "--all", description = "Discard every report whose id holds this text, such as request.")
    boolean all;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    boolean yes;

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
        if (all) {
            return discardAll(folder, config, events);
        }
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

    private ExitCode discardAll(DeadLetterFolder folder, AfConfig config, OperationEvents events) {
        List<String> ids = folder.fitting(selector);
        String these = Count.of(ids.size(), "report") + " whose ids hold '" + selector + "'";
        if (!ids.isEmpty()) {
            new Confirmation(terminal(), yes).require("This discards the " + these + ".", selector, "the text again");
            operations(config).journaled("discard", "discarding of the " + these, events, () -> {
                ids.forEach(folder::discard);
                return selector;
            });
        }
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok").with("operations", ids).toString());
        } else {
            terminal().data(terminal().good("✓ ") + Count.of(ids.size(), "report") + " discarded");
        }
        return ExitCode.OK;
    }
}
