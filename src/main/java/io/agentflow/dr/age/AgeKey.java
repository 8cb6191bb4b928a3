package io.agentflow.dr.age;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;

/** A new pair of keys of age: the secret half reads what was encrypted to the public one. */
public final class AgeKey {
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

    private static String text(byte[] encoded) {
        return new String(encoded, StandardCharsets.US_ASCII);
    }

    /** {@code AGE-SECRET-KEY-1…}: secret. */
    public String identity() {
        return identity;
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
