package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.BackupId;

/**
 * A backup, and where it was found.
 *
 * @param store how the configuration calls it
 * @param chosen whether it is one of several stores that might have been meant
 */
record FoundBackup(String store, BackupCatalog catalog, BackupId id, boolean chosen) {
    /** Where it is, for people; nothing where there is but one store to choose from. */
    String where() {
        return chosen ? " in " + store : "";
    }
}
