package io.agentflow.dr.catalog;

import java.util.Optional;

/** What later proved or disproved a backup. */
public enum EvidenceKind {
    VERIFIED("verified", "verified"),
    VERIFY_FAILED("verify-failed", "verify failed"),
    RESTORED("restored", "restored, equal"),
    /** The backup was made with counts instead of fingerprints. */
    RESTORED_COUNTED("restored-counted", "restored, counts equal"),
    /** It was made without any proof. */
    RESTORED_UNCOMPARED("restored-uncompared", "restored, not compared"),
    RESTORE_FAILED("restore-failed", "restored, not equal");

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

    static Optional<EvidenceKind> parse(String text) {
        for (EvidenceKind kind : values()) {
            if (kind.text.equals(text)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
