package io.agentflow.dr.sign;

/**
 * A public key whose signatures are believed.
 *
 * @param name the file that it was read from, or that its private half was
 */
public record TrustedKey(String name, PublicKey25519 key) {
    /** As messages name it. */
    @Override
    public String toString() {
        return name + " (" + key.fingerprint().hex().substring(0, 16) + ")";
    }
}
