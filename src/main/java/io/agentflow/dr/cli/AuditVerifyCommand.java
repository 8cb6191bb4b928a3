package io.agentflow.dr.cli;

import io.agentflow.dr.auditchain.AuditReport;
import io.agentflow.dr.auditchain.ChainProblem;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code af audit verify}. */
@Command(name = "verify", description = "Follow the hash chain of every tenant's audit records in the live database.")
final class AuditVerifyCommand extends AfCommand {
    private static final int SHOWN = 20;

    @Mixin
    ConnectionOptions connection = new ConnectionOptions();

    @Option(names = "--tenant-id", paramLabel = "UUID", description = "Only the chain of this tenant.")
    @Nullable
    UUID tenant;

    @Option(
            names = "--accept-content",
            description =
                    "Content that does not fit its hash is a warning: for writers that hashed another form of it.")
    boolean acceptContent;

    AuditVerifyCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "AuditVerify";
    }

    @Override
    AfConfig meant(AfConfig config) {
        return connection.meant(config, session().environment());
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        AuditReport report = operations(config)
                .verifyAudits(connection.resolve(config, session().environment()), tenant, acceptContent);
        ExitCode code = judge(report);
        if (json) {
            terminal().data(document(report, code).toString());
        } else {
            print(report, code);
        }
        return code;
    }

    private ExitCode judge(AuditReport report) {
        if (report.broken(acceptContent)) {
            return ExitCode.VERIFICATION_FAILED;
        }
        return report.differingContent() > 0 ? ExitCode.WARNINGS : ExitCode.OK;
    }

    private void print(AuditReport report, ExitCode code) {
        Terminal terminal = terminal();
        String read = String.format(
                Locale.ROOT,
                "%,d records of %,d tenants in %.2f s (%,.0f a second)",
                report.records(),
                report.tenants().size(),
                report.elapsed().toNanos() / 1e9,
                report.recordsPerSecond());
        if (report.unknownContent() > 0) {
            terminal.say(terminal.doubtful("! ") + "not one record of the whole table fits its hash: its writer hashed"
                    + " another form than it stored, so only the links were checked");
        }
        if (code != ExitCode.VERIFICATION_FAILED) {
            terminal.data(terminal.good("✓ ") + "the audit chain holds: " + read
                    + (report.differingContent() == 0
                            ? ""
                            : String.format(Locale.ROOT, "; content not confirmed in %,d", report.differingContent())));
            return;
        }
        terminal.data(terminal.bad("✗ ") + "the audit chain is broken: "
                + String.format(
                        Locale.ROOT,
                        "%,d broken links, %,d records of other content; ",
                        report.brokenLinks(),
                        report.differingContent())
                + read);
        report.problems().stream().limit(SHOWN).forEach(p -> terminal.data("  " + line(p)));
        if (report.problems().size() > SHOWN) {
            terminal.data("  and more: --json shows the first hundred of each sort");
        }
        terminal.say(
                "  Keep this database as evidence. What was backed up is in af backup show ID --json: auditChains.");
    }

    private static String line(ChainProblem problem) {
        return problem.at() + "  tenant " + problem.tenant() + "  record " + problem.id() + "  "
                + problem.kind().meaning();
    }

    private static JsonDocument document(AuditReport report, ExitCode code) {
        JsonDocument document = new JsonDocument(
                        "AuditVerify",
                        switch (code) {
                            case OK -> "ok";
                            case WARNINGS -> "warnings";
                            default -> "failed";
                        })
                .with("success", code != ExitCode.VERIFICATION_FAILED)
                .with("records", report.records())
                .with("seconds", report.elapsed().toNanos() / 1e9)
                .with("recordsPerSecond", Math.round(report.recordsPerSecond()))
                .with("brokenLinks", report.brokenLinks())
                .with("differingContent", report.differingContent())
                .with("tenantsOfUnknownContent", report.unknownContent())
                .with("tenants", report.tenants())
                .with("problems", problems(report));
        if (code == ExitCode.VERIFICATION_FAILED) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("message", "the audit chain is broken");
            error.put("hint", "Keep this database as evidence.");
            error.put("exitCode", code.number());
            error.put("step", "verify-audits");
            document.with("error", error);
        }
        return document;
    }

    private static List<Map<String, Object>> problems(AuditReport report) {
        List<Map<String, Object>> problems = new ArrayList<>();
        for (ChainProblem problem : report.problems()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("tenant", problem.tenant());
            fields.put("id", problem.id());
            fields.put("at", problem.at());
            fields.put("kind", problem.kind().text());
            fields.put("meaning", problem.kind().meaning());
            problems.add(fields);
        }
        return problems;
    }
}
