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

    /** Whether it proves or disproves anything; a pin does not. */
    public boolean proof() {
        return this != PINNED && this != UNPINNED;
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
