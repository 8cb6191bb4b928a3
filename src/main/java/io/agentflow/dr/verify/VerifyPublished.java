package io.agentflow.dr.verify;

import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.LocalBackup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Verifies a published backup and records what was found beside it. */
public final class VerifyPublished {
    private final VerifyBackup verify;
    private final RecordEvidence evidence;

    public VerifyPublished(VerifyBackup verify, RecordEvidence evidence) {
        this.verify = verify;
        this.evidence = evidence;
    }

    /** A verification is asked for. */
    public record Requested(Operation operation, BackupStore store, BackupId id) {}

    /** The report; a damaged backup is a finding, not a failure to verify. */
    public VerifyReport verify(Requested requested) {
        LocalBackup files = requested.operation().hold(requested.store().read(requested.id()));
        files.fetchAll();
        VerifyReport report = verify.verify(requested.id(), files.folder(), Kept.in(requested.store(), requested.id()));
        List<String> problems = report.problems().stream()
                .map(p -> p.path() + " " + p.problem())
                .toList();
        Map<String, Object> finding =
                Map.of("operation", requested.operation().id().text(), "problems", problems, "bytes", report.bytes());
        List<String> warnings = new ArrayList<>(report.warnings());
        evidence.record(
                        requested.store(),
                        requested.id(),
                        report.success() ? EvidenceKind.VERIFIED : EvidenceKind.VERIFY_FAILED,
                        finding)
                .ifPresent(warnings::add);
        return new VerifyReport(
                report.id(),
                report.folder(),
                report.kept(),
                report.manifest(),
                report.files(),
                report.bytes(),
                report.elapsed(),
                report.problems(),
                warnings);
    }
}
