package io.agentflow.dr.retention;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Refused;

/** Deletes a backup that expires, unless what the plan relied on has changed. */
public final class ExpireBackup {
    private final BackupCatalog catalog;

    public ExpireBackup(BackupCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Deletes it.
     *
     * @param newest the backup that verified, because of which this one may go
     * @param lastLook throws if this one must stay all the same
     * @throws Refused if that one is no longer whole, or this one is pinned by now
     * @throws io.agentflow.dr.core.NotFound if it is gone
     * @throws io.agentflow.dr.core.Busy if it is being restored or verified
     */
    public void expire(BackupId id, BackupId newest, Runnable lastLook) {
        catalog.store().delete(id, () -> {
            new Pins(catalog).requireNone(id);
            boolean whole = catalog.store().ids().contains(newest)
                    && catalog.evidence(newest).stream()
                            .findFirst()
                            .map(EvidenceFile::kind)
                            .filter(kind -> kind.good())
                            .isPresent();
            if (!whole || id.equals(newest)) {
                throw new Refused(
                        "backup " + newest + ", the newest that verified, is no longer there or no longer whole",
                        "Plan again: af retention plan");
            }
            lastLook.run();
        });
    }
}
