package io.agentflow.dr.store;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;

/** Names one file of a store: {@code 20261123T025149Z-k3f9/data/toc.dat}. Cannot point outside of the store. */
public record ObjectKey(BackupId backup, BackupPath path) {
    static final BackupPath MANIFEST = new BackupPath("manifest.json");

    /** The file that makes a backup. */
    public static ObjectKey manifest(BackupId backup) {
        return new ObjectKey(backup, MANIFEST);
    }

    /** As an object store has it. */
    public String text() {
        return backup.text() + "/" + path.text();
    }

    @Override
    public String toString() {
        return text();
    }
}
