package io.agentflow.dr.age;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import io.agentflow.dr.core.UsageError;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom a backup is encrypted to: public keys of age ({@code age1…}), any of whose identities reads it. Who has only these
 * can make backups and read none. The format is that of age-encryption.org/v1, X25519, as the program age reads it.
 *
 * @param keys in the order in which they were given; empty if nothing is encrypted
 */
public record Recipients(List<String> keys) {
    public static final Recipients NONE = new Recipients(List.of());

    /** @throws UsageError if one of them is no public key of age */
    public Recipients {
        keys = keys.stream().distinct().toList();
        keys.forEach(Recipients::writer);
    }

    private static RecipientStanzaWriter writer(String key) {
        try {
            return X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(key);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new UsageError(
                    key.startsWith("AGE-SECRET-KEY-")
                            ? "an identity was given as a recipient: it is secret"
                            : "'" + key + "' is no recipient of age",
                    "Use the public key, age1…, that age-keygen has printed.",
                    e);
        }
    }

    public boolean none() {
        return keys.isEmpty();
    }

    /** Encrypts what is read through it; nothing moves before. */
    public EncryptingStream encrypting(InputStream plain) throws IOException {
        List<RecipientStanzaWriter> writers = new ArrayList<>();
        keys.forEach(key -> writers.add(writer(key)));
        return new EncryptingStream(plain, this, writers);
    }
}
