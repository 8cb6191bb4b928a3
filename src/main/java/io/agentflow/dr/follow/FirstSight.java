package io.agentflow.dr.follow;

import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What is wrong with a backup as far as that shows without reading its files: evidence, manifest and seal, names and sizes. */
public final class FirstSight {
    /** A seal is one line. */
    private static final int LINE = 1024;

    private final BackupStore store;

    public FirstSight(BackupStore store) {
        this.store = store;
    }

    /**
     * Why it is no whole backup.
     *
     * @return in words; empty if nothing shows, or if it is one of a format that this version does not know
     * @throws io.agentflow.dr.core.Unreachable if the store went away meanwhile
     */
    public Optional<String> damage(BackupId id) {
        BackupCatalog catalog = new BackupCatalog(store);
        Optional<String> found = catalog.damageFound(id).map(kind -> "is damaged (" + kind.words() + ")");
        if (found.isPresent()) {
            return found;
        }
        try {
            Manifest manifest = catalog.manifest(id);
            return isSealed(id)
                    ? SameBackup.lacking(store, id, manifest)
                    : Optional.of("has a manifest that is not what its seal says");
        } catch (ManifestDamagedException e) {
            return e.foreign() ? Optional.empty() : Optional.of("has a damaged manifest");
        } catch (IOException e) {
            return Optional.of("cannot be read: " + Reason.of(e));
        }
    }

    private boolean isSealed(BackupId id) throws IOException {
        try (DigestingStream json = new DigestingStream(store.open(ObjectKey.manifest(id)));
                InputStream seal = store.open(new ObjectKey(id, Manifest.SUM_FILE))) {
            json.transferTo(OutputStream.nullOutputStream());
            String line = new String(seal.readNBytes(LINE), StandardCharsets.ISO_8859_1);
            return line.equals(json.result().sha256().sumLine(Manifest.FILE.text()));
        }
    }
}
