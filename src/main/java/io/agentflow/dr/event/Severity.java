package io.agentflow.dr.event;

import java.util.Arrays;
import java.util.Locale;

/** How much a fact matters to somebody who is not looking. */
public enum Severity {
    /** All is well. */
    INFO,
    /** Done or left undone, and somebody should have a look. */
    WARNING,
    /** What should have happened did not. */
    ERROR;

    /** As it stands in events and in the configuration. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the text of one. @throws IllegalArgumentException if there is none of this name */
    public static Severity parse(String text) {
        return Arrays.stream(values())
                .filter(one -> one.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }

    boolean atLeast(Severity other) {
        return compareTo(other) >= 0;
    }
}
