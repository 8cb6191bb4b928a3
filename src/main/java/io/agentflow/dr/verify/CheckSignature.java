package io.agentflow.dr.verify;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.sign.Trust;
import io.agentflow.dr.sign.TrustedKey;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks in a store who has signed a manifest, for those who read nothing else of a backup. */
public final class CheckSignature {
    /** Nobody asks for signatures. */
    public static final CheckSignature NONE = new CheckSignature(Signatures.NONE);

    private final Supplier<Trust> trusted;

    public CheckSignature(Signatures signatures) {
        this(signatures::trust);
    }

    private CheckSignature(Supplier<Trust> trusted) {
        this.trusted = trusted;
    }

    /** The same by the keys that are in their files now, for one who looks at many backups. */
    public CheckSignature asOfNow() {
        Trust now = trusted.get();
        return new CheckSignature(() -> now);
    }

    /** Whether what is not signed is refused. */
    public boolean required() {
        return trusted.get().required();
    }

    /** A manifest that somebody who is trusted has signed: the very bytes that were checked, not those of another read. */
    public static final class Signed {
        private final byte[] json;
        private final TrustedKey signer;

        private Signed(byte[] json, TrustedKey signer) {
            this.json = json;
            this.signer = signer;
        }

        /** For one who reads it. */
        public InputStream json() {
            return new ByteArrayInputStream(json);
        }

        public TrustedKey signer() {
            return signer;
        }
    }

    /**
     * Reads it, where signatures are asked for.
     *
     * @throws Refused if nobody who is trusted has signed it
     * @throws ManifestDamagedException if it cannot be read
     */
    public Signed require(BackupStore store, BackupId id) {
        Trust trust = trusted.get();
        byte[] signature = content(store, id, Manifest.SIGNATURE_FILE).orElse(null);
        byte[] json = content(store, id, Manifest.FILE)
                .orElseThrow(() -> new ManifestDamagedException("the manifest is missing", null));
        return trust.signer(json, signature)
                .map(signer -> new Signed(json, signer))
                .orElseThrow(() -> refused(id, Kept.in(store, id), trust.complaint(signature)));
    }

    /** Whether there is a signature at all, for those who cannot check it. */
    public static boolean present(BackupStore store, BackupId id) {
        return content(store, id, Manifest.SIGNATURE_FILE).isPresent();
    }

    private static Optional<byte[]> content(BackupStore store, BackupId id, BackupPath name) {
        try (InputStream in = store.open(new ObjectKey(id, name))) {
            byte[] content = in.readNBytes(SmallFile.MAX_BYTES + 1);
            if (content.length > SmallFile.MAX_BYTES) {
                throw new ManifestDamagedException(name + " is larger than 48 MiB", null);
            }
            return Optional.of(content);
        } catch (FileNotFoundException | NoSuchFileException | NotFound e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ManifestDamagedException(name + " " + SmallFile.why(e), e);
        }
    }

    static Refused refused(BackupId id, Kept kept, @Nullable String why) {
        return new Refused(
                "backup " + id + " is not trusted: " + Manifest.SIGNATURE_FILE + " " + why,
                "Do not restore from it before you know who made it: then name his public key in af.sign.trusted."
                        + " Others are listed by: af backup"
                        + " list" + kept.word() + ". One from before you signed is read with"
                        + " AF_SIGN_KEY= AF_SIGN_TRUSTED= in front of the command.");
    }
}
