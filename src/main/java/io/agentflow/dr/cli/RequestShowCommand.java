package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.request.RequestStore;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code af request show}. */
@Command(name = "show", description = "Show one request that a message brought, with what became of it.")
final class RequestShowCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The id of the request, or its beginning.")
    String id = "";

    RequestShowCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RequestList";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        List<RequestStore.Stored> one = new RequestStore(config.stateDirectory())
                .all().stream().filter(stored -> stored.id().startsWith(id)).toList();
        // One id may be the beginning of another.
        one = one.stream()
                .filter(stored -> stored.id().equals(id))
                .findFirst()
                .map(List::of)
                .orElse(one);
        if (one.isEmpty()) {
            throw new NotFound("there is no request '" + id + "'", "See: af request list");
        }
        if (one.size() > 1) {
            throw new UsageError("'" + id + "' fits " + one.size() + " requests", "Give more of the id.");
        }
        RequestListCommand.print(one, terminal(), json);
        return ExitCode.OK;
    }
}
