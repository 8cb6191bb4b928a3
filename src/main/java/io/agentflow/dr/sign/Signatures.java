package io.agentflow.dr.sign;

import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.SecretFile;
import io.agentflow.dr.core.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who signs here, and who is believed: files of keys, read when they are asked for, so that a key that was exchanged
 * counts from then on.
 */
public final class Signatures {
    /** Nothing is signed, and nothing checked. */
    public static final Signatures NONE = new Signatures(null, List.of());

    private final @Nullable Path key;
    private final List<Path> trusted;

    /**
     * @param key the file of the private key; null if nothing is signed here
     * @param trusted files of public keys
     */
    public Signatures(@Nullable Path key, List<Path> trusted) {
        this.key = key;
        this.trusted = List.copyOf(trusted);
    }

    /**
     * The key that manifests are signed with; empty if they are not.
     *
     * @throws UsageError if its file cannot be read, everybody may read it, or holds no such key
     */
    public Optional<SigningKey> key() {
        Path file = key;
        return file == null ? Optional.empty() : Optional.of(signing(file));
    }

    private static SigningKey signing(Path file) {
        String pem = SecretFile.read(file, "the signing key");
        try {
            return SigningKey.parse(pem);
        } catch (IllegalArgumentException e) {
            throw new UsageError(
                    "af.sign.key names " + file + ", which " + e.getMessage(),
                    "Make one: af key generate --signing FILE",
                    e);
        }
    }

    /**
     * Whose signatures are believed: the trusted keys, and the public half of our own.
     *
     * @throws UsageError if one of the files cannot be read, or holds no such key
     */
    public Trust trust() {
        List<TrustedKey> keys = new ArrayList<>();
        trusted.forEach(file -> keys.add(trusted(file)));
        Path file = key;
        if (file != null) {
            keys.add(new TrustedKey(file.toString(), signing(file).publicKey()));
        }
        return new Trust(keys);
    }

    /**
     * Reads a trusted key.
     *
     * @throws UsageError if it cannot be read, or is none
     */
    public static TrustedKey trusted(Path file) {
        try {
            return new TrustedKey(file.toString(), PublicKey25519.parse(Files.readString(file)));
        } catch (IllegalArgumentException e) {
            throw new UsageError(
                    "af.sign.trusted names " + file + ", which " + e.getMessage(),
                    "Name the file FILE.pub that af key generate --signing FILE has made.",
                    e);
        } catch (IOException e) {
            throw new UsageError(
                    "the trusted key " + file + " cannot be read: " + Reason.of(e),
                    "Check the path and its rights.",
                    e);
        }
    }

    /**
     * Makes sure that a backup made here would be believed here.
     *
     * @throws Refused if signatures are asked for and there is nothing to sign with
     * @throws UsageError if a key cannot be used
     */
    public void requireKey() {
        if (key().isEmpty() && trust().required()) {
            throw new Refused(
                    "af.sign.trusted asks for signatures, and there is no key to sign this backup with",
                    "Name one by af.sign.key (af key generate --signing FILE makes it), or leave af.sign.trusted to the"
                            + " machines that restore.");
        }
    }
}
