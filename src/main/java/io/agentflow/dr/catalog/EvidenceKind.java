package io.agentflow.dr.catalog;

import java.util.Optional;

/** What was later found out about a backup, or laid down for it. */
public enum EvidenceKind {
    VERIFIED("verified", "verified"),
    VERIFY_FAILED("verify-failed", "verify failed"),
    RESTORED("restored", "restored, equal"),
    /** The backup was made with counts instead of fingerprints. */
    RESTORED_COUNTED("restored-counted", "restored, counts equal"),
    /** It was made without any proof. */
    RESTORED_UNCOMPARED("restored-uncompared", "restored, not compared"),
    RESTORE_FAILED("restore-failed", "restored, not equal"),
    /** Some files were read and found good, by chance chosen, and the sizes of all compared. */
    SAMPLED("sampled", "sample verified"),
    /** Nothing was read but the manifest, and the sizes of all files compared. */
    SIZED("sizes-compared", "sizes compared"),
    /** Held by hand: it does not expire. The newest of this and the next counts. */
    PINNED("pinned", "pinned"),
    UNPINNED("unpinned", "no longer pinned");

    private final String text;
    private final String words;

    EvidenceKind(String text, String words) {
        this.text = text;
        this.words = words;
    }

    /** As it stands in file names and JSON. */
    public String text() {
        return text;
    }

    /** As a person reads it. */
    public String words() {
        return words;
    }

    public boolean good() {
        return this != VERIFY_FAILED && this != RESTORE_FAILED;
    }

    /** What it counts for. */
    public enum Weight {
        /** It proves or disproves that the backup is whole. */
        PROOF,
        /** Not all of the backup was read. */
        GLANCE,
        /** It holds the backup, or no longer does, and says nothing of it. */
        PIN
    }

    public Weight weight() {
        return switch (this) {
            case SAMPLED, SIZED -> Weight.GLANCE;
            case PINNED, UNPINNED -> Weight.PIN;
            default -> Weight.PROOF;
        };
    }

    public boolean proof() {
        return weight() == Weight.PROOF;
    }

    static Optional<EvidenceKind> parse(String text) {
        for (EvidenceKind kind : values()) {
            if (kind.text.equals(text)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
