package io.agentflow.dr.verify;

import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.LocalBackup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
    public record Requested(Operation operation, BackupStore store, BackupId id, VerifyExtent extent) {}

    private VerifyReport report(Requested requested, LocalBackup files) {
        BackupId id = requested.id();
        Kept kept = Kept.in(requested.store(), id);
        if (requested.extent().whole()) {
            files.fetchAll();
            return decrypted(verify.verify(id, files.folder(), files.arrived(), kept), files);
        }
        try {
            return verify.sample(id, files, requested.store().files(id), requested.extent(), kept);
        } catch (IOException e) {
            throw new OperationFailed(
                    kept.location() + " cannot be listed: " + Reason.of(e), "Check the store and its rights.", e);
        }
    }

    /** What holds an encrypted backup as it was stored need not be what can be decrypted: with an identity that is seen, too. */
    private VerifyReport decrypted(VerifyReport report, LocalBackup files) {
        Manifest manifest = report.manifest();
        if (manifest == null || !report.success()) {
            return report;
        }
        try {
            return report.decrypted(verify.decryptAll(manifest, files, report.kept()));
        } catch (VerificationFailed e) {
            return report.with(new Problem(".", e.fact()));
        }
    }

    private static EvidenceKind good(VerifyExtent extent) {
        return extent.whole()
                ? EvidenceKind.VERIFIED
                : extent.percent() > 0 ? EvidenceKind.SAMPLED : EvidenceKind.SIZED;
    }

    /** The report; a damaged backup is a finding, not a failure to verify. */
    public VerifyReport verify(Requested requested) {
        LocalBackup files = requested.operation().hold(requested.store().read(requested.id()));
        VerifyReport report = report(requested, files);
        List<String> problems = report.problems().stream()
                .map(p -> p.path() + " " + p.problem())
                .toList();
        Map<String, Object> finding = new LinkedHashMap<>(
                Map.of("operation", requested.operation().id().text(), "problems", problems, "bytes", report.bytes()));
        finding.putAll(requested.extent().finding());
        Manifest manifest = report.manifest();
        if (manifest != null && manifest.encrypted()) {
            finding.put("decrypted", report.decrypted());
        }
        finding.putAll(VerifiedBackup.signature(report.signedBy()));
        List<String> warnings = new ArrayList<>(report.warnings());
        if (report.untrusted()) {
            // Who is trusted is a matter of this machine; that a backup is damaged, all would believe for good.
            return report;
        }
        evidence.record(
                        requested.store(),
                        requested.id(),
                        report.success() ? good(requested.extent()) : EvidenceKind.VERIFY_FAILED,
                        finding)
                .ifPresent(warnings::add);
        return report.with(warnings);
    }
}
