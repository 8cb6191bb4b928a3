package io.agentflow.dr.request;

import io.agentflow.dr.core.Count;
import io.agentflow.dr.sign.PublicKey25519;
import io.agentflow.dr.sign.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs or checks the canonical form of a request. Which algorithm it is follows from the key alone, so that no message
 * can choose a weaker one.
 */
public interface RequestSignature {

    /** Signs. @throws UnsupportedOperationException if the key can only check */
    byte[] sign(byte[] content);

    boolean fits(byte[] content, byte[] signature);

    /**
     * HMAC-SHA256 with a shared secret.
     *
     * @param secret what the file of the secret holds, without line ends at its end
     * @throws IllegalArgumentException if it has fewer than 32 bytes
     */
    static RequestSignature shared(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < 32) {
            throw new IllegalArgumentException(
                    "has " + Count.of(bytes.length, "byte") + ", and a secret needs 32 or more");
        }
        return new Shared(new SecretKeySpec(bytes, "HmacSHA256"));
    }

    /**
     * Checks Ed25519 signatures.
     *
     * @param pem as {@code openssl pkey -pubout} writes it
     * @throws IllegalArgumentException if it is no such key
     */
    static RequestSignature checkedBy(String pem) {
        return new Public(PublicKey25519.parse(pem));
    }

    /**
     * Makes Ed25519 signatures.
     *
     * @param pem as {@code openssl genpkey -algorithm ed25519} writes it
     * @throws IllegalArgumentException if it is no such key
     */
    static RequestSignature madeBy(String pem) {
        return new Private(SigningKey.parse(pem));
    }

    /** HMAC-SHA256. */
    record Shared(SecretKeySpec key) implements RequestSignature {
        @Override
        public byte[] sign(byte[] content) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(key);
                return mac.doFinal(content);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has HmacSHA256", e);
            }
        }

        @Override
        public boolean fits(byte[] content, byte[] signature) {
            return MessageDigest.isEqual(sign(content), signature);
        }

        @Override
        public String toString() {
            return "HMAC-SHA256 ****";
        }
    }

    /** The half of Ed25519 that checks. */
    record Public(PublicKey25519 key) implements RequestSignature {
        @Override
        public byte[] sign(byte[] content) {
            throw new UnsupportedOperationException("a public key signs nothing");
        }

        @Override
        public boolean fits(byte[] content, byte[] signature) {
            return key.fits(content, signature);
        }
    }

    /** The half of Ed25519 that signs. */
    record Private(SigningKey key) implements RequestSignature {
        @Override
        public byte[] sign(byte[] content) {
            return key.sign(content);
        }

        @Override
        public boolean fits(byte[] content, byte[] signature) {
            return MessageDigest.isEqual(sign(content), signature);
        }

        @Override
        public String toString() {
            return "Ed25519 ****";
        }
    }
}
