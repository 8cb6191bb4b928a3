package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.lint.RouteFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code af routes list}. */
@Command(name = "list", description = "List the routes: where each begins, what it does, and its file.")
final class RoutesListCommand extends AfCommand {
    RoutesListCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RoutesList";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        List<RouteFile> files = operations(config).routes();
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with(
                                    "routes",
                                    files.stream()
                                            .map(RoutesListCommand::fields)
                                            .toList())
                            .toString());
        } else {
            files.forEach(file -> terminal()
                    .data(file.id() + "  (" + file.kind() + (file.from().isEmpty() ? "" : ", " + file.from())
                            + ")\n    " + (file.description().isEmpty() ? "" : file.description() + "\n    ")
                            + file.path()));
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> fields(RouteFile file) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", file.id());
        fields.put("kind", file.kind());
        fields.put("from", file.from());
        fields.put("description", file.description());
        fields.put("file", file.path().toString());
        return fields;
    }
}
