package io.agentflow.dr.verify;

import io.agentflow.dr.age.Identities;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.store.ScratchFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads encrypted backups with the identities that somebody has given, if somebody has. */
public final class Decryption {
    private final Supplier<Optional<Identities>> identities;
    private final Path scratch;

    /**
     * @param identities is asked when something is encrypted
     * @param scratch the directory for what is decrypted, as long as it is needed
     */
    public Decryption(Supplier<Optional<Identities>> identities, Path scratch) {
        this.identities = identities;
        this.scratch = scratch;
    }

    /**
     * The backup as it was before it was encrypted; nothing is decrypted yet but the beginning of its smallest file.
     *
     * @throws Refused if no identity is given, or none fits
     */
    DecryptedBackup open(LocalBackup stored, Manifest manifest, Kept kept) {
        return openIfGiven(stored, manifest, kept)
                .orElseThrow(() -> new Refused(
                        "the backup " + manifest.id() + " is encrypted, and no identity was given: it is for "
                                + to(manifest),
                        "Name the file of one of these identities: --identity FILE, or af.identity-file; "
                                + "af.identity-command runs what prints it."));
    }

    /**
     * As {@link #open}, where an identity is given. It is asked for once: somebody may have to touch a key.
     *
     * @throws Refused if none of them fits
     */
    Optional<DecryptedBackup> openIfGiven(LocalBackup stored, Manifest manifest, Kept kept) {
        return identities.get().map(given -> open(stored, manifest, kept, given));
    }

    private DecryptedBackup open(LocalBackup stored, Manifest manifest, Kept kept, Identities given) {
        DecryptedBackup backup = new DecryptedBackup(stored, manifest, kept, given, ScratchFolder.in(scratch));
        try {
            backup.requireFitting();
            return backup;
        } catch (RuntimeException e) {
            backup.close();
            throw e;
        }
    }

    /** Where it is decrypted to. */
    Path scratch() {
        return scratch;
    }

    static String to(Manifest manifest) {
        return String.join(", ", manifest.encryptedTo());
    }
}
