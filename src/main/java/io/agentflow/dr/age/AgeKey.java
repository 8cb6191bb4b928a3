package io.agentflow.dr.age;

import com.exceptionfactory.jagged.bech32.Bech32;
import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/** A new pair of keys of age: the secret half reads what was encrypted to the public one. */
public final class AgeKey {
    private static final String X25519 = "X25519";
    /** What a secret is multiplied with for its public half. */
    private static final BigInteger BASE = BigInteger.valueOf(9);

    private final String identity;
    private final String recipient;

    private AgeKey(String identity, String recipient) {
        this.identity = identity;
        this.recipient = recipient;
    }

    public static AgeKey generate() {
        try {
            KeyPair pair = new X25519KeyPairGenerator().generateKeyPair();
            return new AgeKey(
                    text(pair.getPrivate().getEncoded()), text(pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 17 platform has X25519", e);
        }
    }

    /** The public half of an identity that was found to be one. */
    static String recipientOf(String identity) {
        byte[] secret = Bech32.getDecoder().decode(identity).getData();
        try {
            KeyAgreement agreement = KeyAgreement.getInstance(X25519);
            KeyFactory keys = KeyFactory.getInstance(X25519);
            agreement.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, secret)));
            agreement.doPhase(keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BASE)), true);
            return Bech32.getEncoder().encode("age", agreement.generateSecret()).toString();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 17 platform has X25519", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static String text(byte[] encoded) {
        return new String(encoded, StandardCharsets.US_ASCII);
    }

    /** {@code AGE-SECRET-KEY-1…}: secret. */
    public String identity() {
        return identity;
    }

    /** What {@code age-keygen} writes into a file: secret. */
    public String file(Instant createdAt) {
        return "# created: " + createdAt + "\n# public key: " + recipient + "\n" + identity + "\n";
    }

    /** {@code age1…}: everybody may know it. */
    public String recipient() {
        return recipient;
    }

    @Override
    public String toString() {
        return recipient;
    }
}
