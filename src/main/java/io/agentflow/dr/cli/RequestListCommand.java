package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.request.RequestStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code af request list}. */
@Command(
        name = "list",
        description = "List the requests that messages brought, oldest first, with what became of them.")
final class RequestListCommand extends AfCommand {
    RequestListCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RequestList";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        print(new RequestStore(config.stateDirectory()).all(), terminal(), json);
        return ExitCode.OK;
    }

    static void print(List<RequestStore.Stored> all, Terminal terminal, boolean json) {
        if (json) {
            terminal.data(new JsonDocument("RequestList", "ok")
                    .with(
                            "requests",
                            all.stream().map(RequestListCommand::document).toList())
                    .toString());
        } else if (all.isEmpty()) {
            terminal.data("no message has asked for anything");
        } else {
            all.forEach(stored -> terminal.data(line(stored)));
        }
    }

    private static Map<String, Object> document(RequestStore.Stored stored) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("request", stored.accepted().request().fields());
        document.put("trigger", stored.accepted().arrival().trigger());
        document.put("acceptedAt", stored.accepted().acceptedAt().toString());
        document.put("state", state(stored));
        RequestResult result = stored.result();
        document.put("result", result == null ? null : result.fields());
        return document;
    }

    private static String state(RequestStore.Stored stored) {
        RequestResult result = stored.result();
        if (result != null) {
            return result.status().text();
        }
        return stored.begun() ? "running" : "waiting";
    }

    private static String line(RequestStore.Stored stored) {
        RequestResult result = stored.result();
        return stored.accepted().acceptedAt().toString().replaceFirst("\\.\\d+Z", "Z") + "  " + state(stored) + "  "
                + stored.accepted().request().summary() + ", by "
                + stored.accepted().arrival().trigger()
                + (result == null ? "" : ": " + result.message());
    }
}
