package io.agentflow.dr.cli;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.restore.Finding;
import io.agentflow.dr.restore.RestorePlan;
import io.agentflow.dr.restore.RestoreRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Shows what the plan of a restore found. */
final class PlanOutput {
    private final Terminal terminal;
    private final boolean json;

    PlanOutput(Terminal terminal, boolean json) {
        this.terminal = terminal;
        this.json = json;
    }

    /** Before a restore: on stderr. */
    void show(RestorePlan plan) {
        if (!json) {
            plan.findings().forEach(finding -> terminal.say(line(finding)));
        }
    }

    /** As the answer to {@code --plan}: on stdout. */
    ExitCode outcome(RestoreRequest request, RestorePlan plan) {
        ExitCode code = plan.obstacles().isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
        if (json) {
            terminal.data(document(request, plan).toString());
            return code;
        }
        terminal.data("Plan: restore " + request.id() + " (" + request.type().text() + ") into " + request.database()
                + " at " + request.target().address());
        plan.findings().forEach(finding -> terminal.data(line(finding)));
        int obstacles = plan.obstacles().size();
        terminal.data("Nothing was touched. "
                + switch (obstacles) {
                    case 0 -> "Nothing stands in the way.";
                    case 1 -> "1 thing stands in the way.";
                    default -> obstacles + " things stand in the way.";
                });
        return code;
    }

    private String line(Finding finding) {
        String sign = switch (finding.severity()) {
            case OK -> terminal.good("✓ ");
            case NOTE -> terminal.doubtful("! ");
            case STOP -> terminal.bad("✗ ");
        };
        return "  " + sign + finding.fact() + (finding.why().isEmpty() ? "" : ": " + finding.why())
                + (finding.fix().isEmpty() ? "" : "\n      " + finding.fix());
    }

    private static JsonDocument document(RestoreRequest request, RestorePlan plan) {
        return plan.refusal()
                .map(refused -> JsonDocument.failed("RestorePlan", refused, "plan"))
                .orElseGet(() -> new JsonDocument("RestorePlan", "ok"))
                .with("id", request.id().text())
                .with("type", request.type().text())
                .with("database", request.database().text())
                .with("replaces", plan.replaces())
                .with("sessions", plan.sessions())
                .with(
                        "findings",
                        plan.findings().stream().map(PlanOutput::fields).toList());
    }

    private static Map<String, Object> fields(Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        fields.put("fact", finding.fact());
        fields.put("why", finding.why());
        fields.put("fix", finding.fix());
        return fields;
    }
}
