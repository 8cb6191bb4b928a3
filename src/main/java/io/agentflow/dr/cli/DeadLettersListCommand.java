package io.agentflow.dr.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.deadletter.DeadLetterFolder;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code af dead-letters list}. */
@Command(name = "list", description = "List the reports of failed operations, newest first.")
final class DeadLettersListCommand extends AfCommand {
    private static final int SHOWN = 50;

    @Option(names = "-n", paramLabel = "COUNT", description = "The newest so many (default: 50; with --json all).")
    @Nullable
    Integer count;

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
        List<String> ids = folder.ids();
        List<JsonNode> reports =
                ids.stream().limit(limit(ids.size())).map(folder::report).toList();
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("reports", reports)
                            .toString());
        } else if (reports.isEmpty()) {
            terminal().data("no reports in " + folder.path());
        } else {
            reports.forEach(report -> terminal()
                    .data(report.path("operation").asText() + "  exit "
                            + report.path("exitCode").asInt() + "  "
                            + report.path("step").asText() + "  "
                            + report.path("request").asText() + ": "
                            + report.path("message").asText()));
            if (reports.size() < ids.size()) {
                terminal().say("and " + (ids.size() - reports.size()) + " older; -n shows more");
            }
        }
        return ExitCode.OK;
    }

    private int limit(int all) {
        if (count != null && count < 1) {
            throw new UsageError("-n is " + count, "Say how many: 1 or more.");
        }
        return count != null ? count : json ? all : SHOWN;
    }
}
