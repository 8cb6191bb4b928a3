package io.agentflow.dr.manifest;

import io.agentflow.dr.core.BackupPath;
import java.util.Locale;

/** The components that a backup consists of. Their names in the manifest are frozen. */
public enum ComponentKind {
    /** Roles, memberships, role settings, tablespaces: {@code pg_dumpall --globals-only}. */
    GLOBALS,
    /** The structure alone, as one archive. */
    SCHEMA,
    /** Everything, as a directory archive written by several workers. */
    DATA,
    /** The critical tables alone, as one archive. */
    CRITICAL;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The file of {@code sha256sum} lines for this component. */
    public BackupPath sumFile() {
        return new BackupPath(text() + ".sha256");
    }

    @Override
    public String toString() {
        return text();
    }
}
