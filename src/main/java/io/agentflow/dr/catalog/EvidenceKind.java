package io.agentflow.dr.catalog;

import java.util.Arrays;
import java.util.Optional;

/** What later proved or disproved a backup. */
public enum EvidenceKind {
    VERIFIED("verified", "verified"),
    VERIFY_FAILED("verify-failed", "verify failed"),
    RESTORED("restored", "restored, equal"),
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
        return this == VERIFIED || this == RESTORED;
    }

    static Optional<EvidenceKind> parse(String text) {
        return Arrays.stream(values()).filter(k -> k.text.equals(text)).findFirst();
    }
}
