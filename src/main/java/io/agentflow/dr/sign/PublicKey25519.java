package io.agentflow.dr.sign;

import io.agentflow.dr.core.Sha256;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;

/** The half of a key of Ed25519 that checks signatures: everybody may know it. */
public record PublicKey25519(PublicKey key) {
    static final String ALGORITHM = "Ed25519";
    private static final String KIND = "PUBLIC KEY";

    /**
     * Reads one.
     *
     * @param pem as {@code openssl pkey -pubout} writes it
     * @throws IllegalArgumentException if it is no such key; the message stands behind a file's name and "which"
     */
    public static PublicKey25519 parse(String pem) {
        try {
            return new PublicKey25519(
                    KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(Pem.decode(pem, KIND))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("holds no public key of Ed25519 in PEM", e);
        }
    }

    /** Whether this is the signature over this content that the other half has made. */
    public boolean fits(byte[] content, byte[] signature) {
        try {
            Signature check = Signature.getInstance(ALGORITHM);
            check.initVerify(key);
            check.update(content);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            // A signature of the wrong length or out of range: it does not fit.
            return false;
        }
    }

    public String pem() {
        return Pem.encode(key.getEncoded(), KIND);
    }

    /** What {@code openssl pkey -pubin -in FILE -outform DER | sha256sum} prints. */
    public Sha256 fingerprint() {
        return Sha256.of(key.getEncoded());
    }
}
