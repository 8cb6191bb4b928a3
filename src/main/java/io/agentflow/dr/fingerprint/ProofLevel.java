package io.agentflow.dr.fingerprint;

import java.util.Locale;

/** How much of the data is proven: every row, only how many there are, or nothing. */
public enum ProofLevel {
    FULL,
    COUNTS,
    NONE;

    /**
     * Reads a level as it is typed.
     *
     * @throws IllegalArgumentException if there is no such level
     */
    public static ProofLevel parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
