package io.agentflow.dr.restore;

import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.verify.Kept;
import io.agentflow.dr.verify.RecordEvidence;
import io.agentflow.dr.verify.VerifyBackup;
import io.agentflow.dr.verify.VerifyReport;
import java.util.Map;

/** Reads the whole backup before the target is touched: nothing is restored from bytes that did not match. */
public final class FetchBackup {
    private final VerifyBackup verify;
    private final RecordEvidence evidence;

    public FetchBackup(VerifyBackup verify, RecordEvidence evidence) {
        this.verify = verify;
        this.evidence = evidence;
    }

    /**
     * Verifies the backup that is to be restored.
     *
     * @throws io.agentflow.dr.core.VerificationFailed if the backup is damaged
     */
    public RestoreRun.Fetched fetch(RestoreRun.Requested requested) {
        Operation operation = requested.operation();
        RestoreRequest request = requested.request();
        operation.beginAttempt();
        operation
                .events()
                .accept(new OperationEvent.Started(
                        "Restoring " + request.id() + " (" + request.type().text() + ") into " + request.database()
                                + " at " + request.target().address()));
        LocalBackup files = operation.hold(request.store().read(request.id()));
        Kept kept = Kept.in(request.store(), request.id());
        verify.requireReadable(request.id(), files, request.store().remote(), kept);
        files.fetchAll();
        VerifyReport report = verify.verify(request.id(), files.folder(), files.arrived(), kept);
        report.warnings().forEach(w -> operation.events().accept(new OperationEvent.Warned(w)));
        if (!report.success()) {
            evidence.record(
                    request.store(),
                    request.id(),
                    EvidenceKind.VERIFY_FAILED,
                    Map.of(
                            "problems",
                            report.problems().stream()
                                    .map(p -> p.path() + " " + p.problem())
                                    .toList()));
        }
        RestoreRun.Fetched fetched =
                new RestoreRun.Fetched(operation, request, verify.readable(report.require(), files, kept, operation));
        operation
                .events()
                .accept(new OperationEvent.PartDone(
                        "verify",
                        Count.of(report.files(), "file") + ", " + new io.agentflow.dr.core.ByteSize(report.bytes())));
        return fetched;
    }
}
