package io.agentflow.dr.backup;

import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.manifest.ComponentKind;

/** Says why a backup has no critical component. */
public final class LeaveOutCritical {

    /** Whether the database has none of the critical tables. */
    public boolean noneFound(BackupRun.Open run) {
        return run.contents().criticalRelations().isEmpty();
    }

    public BackupPart leaveOut(BackupRun.Open run) {
        run.operation()
                .events()
                .accept(new OperationEvent.Noted("critical", "left out: none of the critical tables is here"));
        return new BackupPart.LeftOut(run, ComponentKind.CRITICAL, "none of the critical tables exists");
    }
}
