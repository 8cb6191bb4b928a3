package io.agentflow.dr.app;

import io.agentflow.dr.auditchain.AuditReport;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.verify.VerifyReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of an operation that came to its end.
 *
 * @param words in a few words
 * @param warnings that make the exit code 3
 * @param found what is wrong with what was looked at; null if nothing is, or if the operation only did something
 */
record Verdict(
        String words, List<String> warnings, @Nullable AfException found) {
    static Verdict good(String words) {
        return good(words, List.of());
    }

    static Verdict good(String words, List<String> warnings) {
        return new Verdict(words, warnings, null);
    }

    private static Verdict bad(AfException found) {
        return new Verdict(found.fact(), List.of(), found);
    }

    static Verdict of(VerifyReport report) {
        try {
            return good(report.require().id() + " is whole", report.warnings());
        } catch (VerificationFailed e) {
            return bad(e);
        } catch (Refused untrusted) {
            // Nothing was refused to whoever asked just that.
            return bad(new VerificationFailed(untrusted.fact(), untrusted.hint(), untrusted));
        }
    }

    /** @param acceptContent whether content that does not fit its hash is taken for the writer's fault */
    static Verdict of(AuditReport report, boolean acceptContent) {
        String found = Count.of(report.brokenLinks(), "broken link") + ", "
                + Count.of(report.differingContent(), "record") + " of other content";
        if (report.broken(acceptContent)) {
            return bad(new VerificationFailed(
                    "the audit chain is broken: " + found,
                    "Keep this database as evidence. What was backed up is in af backup show ID --json: auditChains."));
        }
        String words = "the audit chain holds";
        return report.differingContent() > 0 ? good(words, List.of("content not confirmed: " + found)) : good(words);
    }

    /** The exit code of the command that asked for it. */
    ExitCode code() {
        return found != null ? found.exitCode() : warnings.isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
    }
}
