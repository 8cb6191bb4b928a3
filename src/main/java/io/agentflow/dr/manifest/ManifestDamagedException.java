package io.agentflow.dr.manifest;

import io.agentflow.dr.core.VerificationFailed;
import org.jspecify.annotations.Nullable;

/** A manifest is not what one of this format must be. */
public class ManifestDamagedException extends VerificationFailed {
    private static final long serialVersionUID = 1L;

    private final boolean foreign;

    public ManifestDamagedException(String fact, @Nullable Throwable cause) {
        super(fact, "Do not restore from this backup; take another one from 'af backup list'.", cause);
        this.foreign = false;
    }

    private ManifestDamagedException(String fact, String hint, @Nullable Throwable cause) {
        super(fact, hint, cause);
        this.foreign = true;
    }

    /** Whether it may be whole, and of a version of af that knows more. */
    public boolean foreign() {
        return foreign;
    }

    static ManifestDamagedException foreignField(String name, Throwable cause) {
        return new ManifestDamagedException(
                "the manifest has a field '" + name + "' that this version does not know",
                "Use the af that made it, or a newer one.",
                cause);
    }

    static ManifestDamagedException foreignFormat(int version) {
        return new ManifestDamagedException(
                "the backup has repository format " + version + ", this version of af reads format " + Manifest.FORMAT
                        + ", and format " + Manifest.ENCRYPTED_FORMAT + " of what is encrypted",
                "Use the af that made it, or a newer one.",
                null);
    }
}
