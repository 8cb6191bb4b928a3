package io.agentflow.dr.backup;

import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.verify.Kept;
import io.agentflow.dr.verify.VerifyBackup;
import io.agentflow.dr.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads a sealed backup back from the disk before anybody can see it. */
public final class ReadBackBackup {
    private final VerifyBackup verify;

    public ReadBackBackup(VerifyBackup verify) {
        this.verify = verify;
    }

    /** Who encrypts cannot decrypt: the table of contents is compared while it is there in the clear, and removed. */
    private void checkContents(BackupRun.Sealed sealed) {
        Path folder = sealed.partial().folder();
        verify.requireContents(folder, sealed.manifest().decrypted());
        try {
            Files.delete(folder.resolve(DumpTools.DATA).resolve(DigestDataFiles.CONTENTS));
        } catch (IOException e) {
            throw new OperationFailed(
                    "the plain table of contents cannot be removed: " + Reason.of(e), "Run the backup again.", e);
        }
    }

    /**
     * Compares what is on the disk with what was written.
     *
     * @throws VerificationFailed if one byte, one file or one table is not what it must be
     */
    public BackupRun.Verified readBack(BackupRun.Sealed sealed) {
        if (sealed.manifest().encrypted()) {
            checkContents(sealed);
        }
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
