package io.agentflow.dr.verify;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.manifest.Manifest;
import java.nio.file.Path;

/** A backup of which every byte has just been read and compared: the only thing that is restored or published. */
public final class VerifiedBackup {
    private final BackupId id;
    private final Path folder;
    private final Manifest manifest;

    /** Only a report without problems makes one. */
    VerifiedBackup(BackupId id, Path folder, Manifest manifest) {
        this.id = id;
        this.folder = folder;
        this.manifest = manifest;
    }

    public BackupId id() {
        return id;
    }

    public Path folder() {
        return folder;
    }

    public Manifest manifest() {
        return manifest;
    }
}
