package io.agentflow.dr.verify;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.Manifest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What reading a backup back found.
 *
 * @param kept where that is, for messages
 * @param manifest null when it cannot be read
 * @param files how many were read
 * @param bytes how many were read and digested
 * @param problems empty when the backup is what it was
 * @param warnings what could not be checked
 * @param decrypted whether an encrypted backup was also decrypted, and what it holds compared
 * @param signedBy the fingerprint of the trusted key that signed the manifest; null if nobody asks for signatures
 */
public record VerifyReport(
        BackupId id,
        Path folder,
        Kept kept,
        @Nullable Manifest manifest,
        int files,
        long bytes,
        Duration elapsed,
        List<Problem> problems,
        List<String> warnings,
        boolean decrypted,
        @Nullable String signedBy) {

    /** Of what is not encrypted, or was not decrypted. */
    public VerifyReport(
            BackupId id,
            Path folder,
            Kept kept,
            @Nullable Manifest manifest,
            int files,
            long bytes,
            Duration elapsed,
            List<Problem> problems,
            List<String> warnings) {
        this(id, folder, kept, manifest, files, bytes, elapsed, problems, warnings, false, null);
    }

    /** The first thing that is wrong with it, in a line; null if nothing is. */
    public @Nullable String damage() {
        return problems.isEmpty()
                ? null
                : id + " is damaged: " + problems.get(0).path() + " "
                        + problems.get(0).problem();
    }

    VerifyReport decrypted(boolean all) {
        return new VerifyReport(id, folder, kept, manifest, files, bytes, elapsed, problems, warnings, all, signedBy);
    }

    VerifyReport with(List<String> otherWarnings) {
        return new VerifyReport(
                id, folder, kept, manifest, files, bytes, elapsed, problems, otherWarnings, decrypted, signedBy);
    }

    VerifyReport with(Problem problem) {
        return new VerifyReport(
                id, folder, kept, manifest, files, bytes, elapsed, List.of(problem), warnings, decrypted, signedBy);
    }

    VerifyReport signedBy(@Nullable String fingerprint) {
        return new VerifyReport(
                id, folder, kept, manifest, files, bytes, elapsed, problems, warnings, decrypted, fingerprint);
    }

    /** Whether nothing is wrong with it but that nobody who is trusted here has signed it: it may be whole, and forged. */
    public boolean untrusted() {
        return manifest == null
                && !problems.isEmpty()
                && problems.stream().allMatch(one -> one.path().equals(Manifest.SIGNATURE_FILE.text()));
    }

    public boolean success() {
        return problems.isEmpty() && manifest != null;
    }

    /** Whether nobody reads what it holds without an identity. */
    public boolean encrypted() {
        return manifest != null && manifest.encrypted();
    }

    public double bytesPerSecond() {
        return elapsed.isZero() ? 0 : bytes * 1e9 / elapsed.toNanos();
    }

    /**
     * The backup, now known to be whole.
     *
     * @throws VerificationFailed if it is not
     * @throws io.agentflow.dr.core.Refused if nobody who is trusted has signed it
     */
    public VerifiedBackup require() {
        Manifest sound = manifest;
        if (untrusted()) {
            throw CheckSignature.refused(id, kept, problems.get(0).problem());
        }
        if (sound == null || !success()) {
            throw new VerificationFailed(
                    "backup " + id + " is damaged: " + problems.get(0).path() + ": "
                            + problems.get(0).problem()
                            + (problems.size() > 1 ? " (and " + (problems.size() - 1) + " more)" : ""),
                    "See all with: af backup verify " + id + kept.word() + "; take another one from: af backup list"
                            + kept.word() + byHand());
        }
        return new VerifiedBackup(id, folder, sound, signedBy);
    }

    /** Lines on how stock tools restore what is whole, each after a line break; empty if the data is damaged, too. */
    public String byHand() {
        return manifest == null || success() ? "" : ByHand.of(manifest, kept, problems);
    }
}
