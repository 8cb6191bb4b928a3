package io.agentflow.dr.sign;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whose signatures are believed. Where nobody is named, nothing is checked.
 *
 * @param keys each under the name of its file
 */
public record Trust(List<TrustedKey> keys) {
    /** Nobody has asked for signatures. */
    public static final Trust NONE = new Trust(List.of());

    /** The length of a signature. */
    public static final int SIGNATURE_BYTES = 64;

    public Trust {
        keys = List.copyOf(keys);
    }

    /** Whether what is not signed is refused. */
    public boolean required() {
        return !keys.isEmpty();
    }

    /**
     * Who of them has signed it.
     *
     * @param signature null if there is none
     * @return empty if none of them has
     */
    public Optional<TrustedKey> signer(byte[] content, byte @Nullable [] signature) {
        return signature == null
                ? Optional.empty()
                : keys.stream()
                        .filter(one -> one.key().fits(content, signature))
                        .findFirst();
    }

    /**
     * How messages name one of them.
     *
     * @param fingerprint in hexadecimal digits; of a key that is not trusted it is the name
     */
    public String name(String fingerprint) {
        return keys.stream()
                .filter(one -> one.key().fingerprint().hex().equals(fingerprint))
                .findFirst()
                .map(TrustedKey::toString)
                .orElse(fingerprint);
    }

    /** What is wrong where none of them has signed, as it stands behind the name of the signature's file. */
    public String complaint(byte @Nullable [] signature) {
        String trusted = keys.stream().map(TrustedKey::toString).collect(Collectors.joining(", "));
        if (signature == null) {
            return "is missing: the manifest is signed by nobody; trusted here: " + trusted;
        }
        return signature.length == SIGNATURE_BYTES
                ? "is not what a trusted key has signed: the manifest is somebody else's, or was changed; trusted"
                        + " here: "
                        + trusted
                : "has " + signature.length + " bytes, a signature has " + SIGNATURE_BYTES;
    }
}
