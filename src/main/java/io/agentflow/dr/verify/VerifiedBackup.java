package io.agentflow.dr.verify;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.manifest.Manifest;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A backup of which every byte has just been read and compared: the only thing that is restored or published. */
public final class VerifiedBackup {
    private final BackupId id;
    private final Path folder;
    private final Manifest manifest;
    private final @Nullable String signedBy;

    /** Only a report without problems makes one. */
    VerifiedBackup(BackupId id, Path folder, Manifest manifest, @Nullable String signedBy) {
        this.id = id;
        this.folder = folder;
        this.manifest = manifest;
        this.signedBy = signedBy;
    }

    /** The same in the clear. */
    VerifiedBackup in(Path otherFolder, Manifest decrypted) {
        return new VerifiedBackup(id, otherFolder, decrypted, signedBy);
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

    /** What evidence says of whoever signed it; nothing if nobody asks for signatures. */
    public Map<String, Object> signature() {
        return signature(signedBy);
    }

    static Map<String, Object> signature(@Nullable String signedBy) {
        return signedBy == null ? Map.of() : Map.of("signedBy", signedBy);
    }
}
