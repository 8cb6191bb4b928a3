package io.agentflow.dr.age;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.UnsupportedRecipientStanzaException;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import io.agentflow.dr.core.SecretFile;
import io.agentflow.dr.core.UsageError;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** The secret keys that read what was encrypted to their recipients. None of them is ever printed. */
public final class Identities {
    private static final String IDENTITY = "AGE-SECRET-KEY-1";

    private final List<RecipientStanzaReader> readers;
    private final List<String> recipients;

    private Identities(List<RecipientStanzaReader> readers, List<String> recipients) {
        this.readers = readers;
        this.recipients = recipients;
    }

    /**
     * Reads a file of identities.
     *
     * @throws UsageError if it cannot be read, everybody may read it, or it holds none
     */
    public static Identities read(Path file) {
        return parse(SecretFile.read(file, "the identity file"), file.toString());
    }

    /** The public keys that belong to them, {@code age1…}, in the order of the file. */
    public List<String> recipients() {
        return recipients;
    }

    /**
     * Reads what {@code age-keygen} writes: one identity on a line, comments behind a number sign.
     *
     * @param text of the file
     * @param where such as the file's name
     * @throws UsageError if there is none, or one is damaged
     */
    public static Identities parse(String text, String where) {
        List<RecipientStanzaReader> readers = new ArrayList<>();
        List<String> recipients = new ArrayList<>();
        for (String line : (Iterable<String>) text.lines()::iterator) {
            String word = line.strip();
            if (!word.isEmpty() && !word.startsWith("#")) {
                readers.add(reader(word, where));
                recipients.add(AgeKey.recipientOf(word));
            }
        }
        if (readers.isEmpty()) {
            throw new UsageError(where + " holds no identity of age", "Name the file that age-keygen has made.");
        }
        return new Identities(List.copyOf(readers), List.copyOf(recipients));
    }

    /** The cause is left out: it might tell of the key. */
    private static RecipientStanzaReader reader(String word, String where) {
        try {
            if (word.startsWith(IDENTITY)) {
                return X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(word);
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            throw damaged(where);
        }
        throw damaged(where);
    }

    private static UsageError damaged(String where) {
        return new UsageError(
                where + " holds a line that is no identity of age (AGE-SECRET-KEY-1…)",
                "Name the file that age-keygen has made; one with a passphrase is first: age -d");
    }

    /** None of the identities is one of the recipients. */
    public static final class Unfitting extends IOException {
        private static final long serialVersionUID = 1L;

        Unfitting(Throwable cause) {
            super("none of the identities fits", cause);
        }
    }

    /**
     * Decrypts what is read through it. A stream that was cut off or changed fails before its end.
     *
     * @throws Unfitting if it is for others
     * @throws IOException if it is not what age writes
     */
    public InputStream decrypting(InputStream stored) throws IOException {
        try {
            InputStream plain = Channels.newInputStream(new StandardDecryptingChannelFactory()
                    .newDecryptingChannel(Channels.newChannel(stored), new ArrayList<>(readers)));
            return new FilterInputStream(plain) {
                @Override
                public void close() throws IOException {
                    try {
                        super.close();
                    } finally {
                        stored.close();
                    }
                }
            };
        } catch (UnsupportedRecipientStanzaException e) {
            throw new Unfitting(e);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IOException("it is not what age writes: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "Identities ****";
    }
}
