package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.lint.RouteFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code af routes show}. */
@Command(name = "show", description = "Print the file of one route, as it would be loaded.")
final class RoutesShowCommand extends AfCommand {
    @Parameters(paramLabel = "ROUTE", description = "Its id, such as backup-create.")
    String id = "";

    RoutesShowCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RoutesShow";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        RouteFile file = operations(config).routes().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new NotFound("there is no route '" + id + "'", "See: af routes list"));
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("id", file.id())
                            .with("file", file.path().toString())
                            .with("text", file.text())
                            .toString());
        } else {
            terminal().say(file.path().toString());
            terminal().data(file.text().stripTrailing());
        }
        return ExitCode.OK;
    }
}
