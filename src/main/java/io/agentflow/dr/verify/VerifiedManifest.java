package io.agentflow.dr.verify;

import io.agentflow.dr.manifest.Manifest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A manifest that is what was sealed, and signed by somebody who is trusted if that is asked for.
 *
 * @param signedBy the fingerprint of the trusted key that signed it; null if nobody asks for signatures
 */
public record VerifiedManifest(Manifest manifest, @Nullable String signedBy) {
    /** What evidence says of it. */
    public Map<String, Object> signature() {
        return VerifiedBackup.signature(signedBy);
    }
}
