package io.agentflow.dr.backup;

import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.verify.Kept;
import io.agentflow.dr.verify.VerifyBackup;
import io.agentflow.dr.verify.VerifyReport;
import java.util.List;

/** Reads a sealed backup back from the disk before anybody can see it. */
public final class ReadBackBackup {
    private final VerifyBackup verify;

    public ReadBackBackup(VerifyBackup verify) {
        this.verify = verify;
    }

    /**
     * Compares what is on the disk with what was written.
     *
     * @throws VerificationFailed if one byte, one file or one table is not what it must be
     */
    public BackupRun.Verified readBack(BackupRun.Sealed sealed) {
        VerifyReport report = verify.verify(
                sealed.manifest().id(),
                sealed.partial().folder(),
                sealed.partial().handedOver(),
                Kept.in(sealed.request().store(), sealed.manifest().id()));
        List<String> unchecked = report.warnings();
        if (!unchecked.isEmpty()) {
            throw new VerificationFailed(unchecked.get(0), "Mend that and run the backup again.");
        }
        BackupRun.Verified verified =
                new BackupRun.Verified(sealed.operation(), sealed.request(), report.require(), sealed.partial());
        sealed.operation()
                .events()
                .accept(new OperationEvent.PartDone("verify", new ByteSize(report.bytes()).toString()));
        return verified;
    }
}
