package io.agentflow.dr.request;

import io.agentflow.dr.core.Count;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
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
        try {
            PublicKey key =
                    KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der(pem, "PUBLIC KEY")));
            return new Public(key);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("holds no public key of Ed25519 in PEM", e);
        }
    }

    /**
     * Makes Ed25519 signatures.
     *
     * @param pem as {@code openssl genpkey -algorithm ed25519} writes it
     * @throws IllegalArgumentException if it is no such key
     */
    static RequestSignature madeBy(String pem) {
        try {
            PrivateKey key =
                    KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der(pem, "PRIVATE KEY")));
            return new Private(key);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("holds no private key of Ed25519 in PEM", e);
        }
    }

    private static byte[] der(String pem, String kind) throws GeneralSecurityException {
        String begin = "-----BEGIN " + kind + "-----";
        String end = "-----END " + kind + "-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf(end);
        if (from < 0 || to < from) {
            throw new GeneralSecurityException("there is no " + kind);
        }
        try {
            return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the " + kind + " is no Base64", e);
        }
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
    record Public(PublicKey key) implements RequestSignature {
        @Override
        public byte[] sign(byte[] content) {
            throw new UnsupportedOperationException("a public key signs nothing");
        }

        @Override
        public boolean fits(byte[] content, byte[] signature) {
            try {
                Signature check = Signature.getInstance("Ed25519");
                check.initVerify(key);
                check.update(content);
                return check.verify(signature);
            } catch (GeneralSecurityException e) {
                // A signature of the wrong length or out of range: it does not fit.
                return false;
            }
        }
    }

    /** The half of Ed25519 that signs. */
    record Private(PrivateKey key) implements RequestSignature {
        @Override
        public byte[] sign(byte[] content) {
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initSign(key);
                signature.update(content);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a key of Ed25519 signs anything", e);
            }
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
