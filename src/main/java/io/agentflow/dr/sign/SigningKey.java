package io.agentflow.dr.sign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/** The half of a key of Ed25519 that signs. It is never printed. */
public final class SigningKey {
    private static final String KIND = "PRIVATE KEY";
    private static final byte[] PROBE = "af".getBytes(StandardCharsets.US_ASCII);

    private final PrivateKey key;

    private SigningKey(PrivateKey key) {
        this.key = key;
    }

    /** A new one. */
    public static SigningKey generate() {
        try {
            return new SigningKey(KeyPairGenerator.getInstance(PublicKey25519.ALGORITHM)
                    .generateKeyPair()
                    .getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 17 platform has Ed25519", e);
        }
    }

    /**
     * Reads one.
     *
     * @param pem as {@code openssl genpkey -algorithm ed25519} writes it
     * @throws IllegalArgumentException if it is no such key; the message stands behind a file's name and "which"
     */
    public static SigningKey parse(String pem) {
        try {
            return new SigningKey(KeyFactory.getInstance(PublicKey25519.ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(Pem.decode(pem, KIND))));
        } catch (GeneralSecurityException e) {
            // Without the cause: it might tell of the key.
            throw new IllegalArgumentException("holds no private key of Ed25519 in PEM (PKCS#8, without a passphrase)");
        }
    }

    /** The 64 bytes of the signature. */
    public byte[] sign(byte[] content) {
        try {
            Signature signature = Signature.getInstance(PublicKey25519.ALGORITHM);
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key of Ed25519 signs anything", e);
        }
    }

    /** The half that checks. Java derives it only while it makes a pair, from what it takes for chance. */
    public PublicKey25519 publicKey() {
        byte[] secret = ((EdECPrivateKey) key).getBytes().orElseThrow();
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(PublicKey25519.ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, new Given(secret));
            KeyPair pair = generator.generateKeyPair();
            PublicKey25519 derived = new PublicKey25519(pair.getPublic());
            if (!derived.fits(PROBE, sign(PROBE))) {
                throw new IllegalStateException("this Java makes pairs of Ed25519 in another way");
            }
            return derived;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 17 platform has Ed25519", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Says what it was told to. */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] bytes;

        Given(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }

    /** For its file: secret. */
    public String pem() {
        return Pem.encode(key.getEncoded(), KIND);
    }

    @Override
    public String toString() {
        return "Ed25519 ****";
    }
}
