package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.lint.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code af routes check}. */
@Command(
        name = "check",
        description =
                "Check the routes: Camel's schema, its catalog of options, af's own rules, and a start without entrance.")
final class RoutesCheckCommand extends AfCommand {
    RoutesCheckCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RoutesCheck";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        Operations operations = operations(config);
        List<Finding> findings = operations.checkRoutes();
        int files = operations.routes().size();
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), findings.isEmpty() ? "ok" : "failed")
                            .with("files", files)
                            .with(
                                    "findings",
                                    findings.stream()
                                            .map(RoutesCheckCommand::fields)
                                            .toList())
                            .toString());
        } else if (findings.isEmpty()) {
            terminal()
                    .say(terminal().good("✓ ")
                            + (files == 1 ? "1 file of routes is well" : files + " files of routes are well"));
        } else {
            findings.forEach(one ->
                    terminal().data((one.file().isEmpty() ? "" : one.file() + ": ") + one.rule() + ": " + one.text()));
            terminal()
                    .say(terminal().bad("✗ ") + findings.size()
                            + (findings.size() == 1 ? " finding in " : " findings in ") + files + " files");
        }
        return findings.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static Map<String, Object> fields(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", finding.file());
        fields.put("rule", finding.rule());
        fields.put("text", finding.text());
        return fields;
    }
}
