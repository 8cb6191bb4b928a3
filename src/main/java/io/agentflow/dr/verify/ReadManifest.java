package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.sign.Trust;
import io.agentflow.dr.sign.TrustedKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a manifest that lies in a folder: against its signature, where one is asked for, and against its seal. */
final class ReadManifest {
    /** What is needed for that. */
    static final Set<String> FILES =
            Set.of(Manifest.FILE.text(), Manifest.SUM_FILE.text(), Manifest.SIGNATURE_FILE.text());

    private final Signatures signatures;

    ReadManifest(Signatures signatures) {
        this.signatures = signatures;
    }

    /**
     * What was read.
     *
     * @param manifest null if something is wrong with it
     * @param signedBy the fingerprint of the trusted key that signed it; null if nobody asks for signatures
     */
    record Found(@Nullable Manifest manifest, @Nullable String signedBy) {
        private static final Found NOTHING = new Found(null, null);
    }

    /** @param id what the manifest must say */
    Found read(BackupId id, Path folder, Queue<Problem> problems) {
        Trust trust = signatures.trust();
        String name = Manifest.FILE.text();
        try {
            Found found =
                    trust.required() ? signed(folder, trust, problems) : new Found(sealed(folder, problems), null);
            Manifest manifest = found.manifest();
            if (manifest != null && !manifest.id().equals(id)) {
                problems.add(new Problem(name, "is that of backup " + manifest.id()));
            }
            return problems.isEmpty() ? found : Found.NOTHING;
        } catch (ManifestDamagedException e) {
            problems.add(new Problem(name, e.fact()));
        } catch (IOException e) {
            problems.add(new Problem(name, SmallFile.why(e)));
        }
        return Found.NOTHING;
    }

    /** In one pass and without a copy in memory, whatever its length; what stands in it counts only with its seal. */
    private static Manifest sealed(Path folder, Queue<Problem> problems) throws IOException {
        try (InputStream file = SmallFile.open(Manifest.FILE.in(folder))) {
            return sealed(file, folder, problems);
        }
    }

    private static Manifest sealed(InputStream file, Path folder, Queue<Problem> problems) throws IOException {
        try (DigestingStream json = new DigestingStream(file)) {
            try {
                return ManifestJson.read(json);
            } finally {
                json.transferTo(OutputStream.nullOutputStream());
                Digested read = json.result();
                compareSeal(folder, read.sha256(), problems);
            }
        }
    }

    /** The very bytes that somebody has signed are the ones that are parsed: not before, and not read again. */
    private static Found signed(Path folder, Trust trust, Queue<Problem> problems) throws IOException {
        byte[] bytes = SmallFile.read(Manifest.FILE.in(folder));
        byte[] signature = signature(folder, problems);
        Optional<TrustedKey> signer = trust.signer(bytes, signature);
        if (signer.isEmpty()) {
            if (problems.isEmpty()) {
                problems.add(new Problem(Manifest.SIGNATURE_FILE.text(), trust.complaint(signature)));
            }
            compareSeal(folder, Sha256.of(bytes), problems);
            return Found.NOTHING;
        }
        return new Found(
                sealed(new ByteArrayInputStream(bytes), folder, problems),
                signer.get().key().fingerprint().hex());
    }

    private static byte @Nullable [] signature(Path folder, Queue<Problem> problems) {
        try {
            return SmallFile.read(Manifest.SIGNATURE_FILE.in(folder));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            problems.add(new Problem(Manifest.SIGNATURE_FILE.text(), SmallFile.why(e)));
            return null;
        }
    }

    private static void compareSeal(Path folder, Sha256 read, Queue<Problem> problems) {
        String name = Manifest.FILE.text();
        try {
            if (!SmallFile.text(Manifest.SUM_FILE.in(folder)).equals(read.sumLine(name))) {
                problems.add(new Problem(name, "is not what its seal " + Manifest.SUM_FILE + " says"));
            }
        } catch (IOException e) {
            problems.add(new Problem(Manifest.SUM_FILE.text(), SmallFile.why(e)));
        }
    }
}
