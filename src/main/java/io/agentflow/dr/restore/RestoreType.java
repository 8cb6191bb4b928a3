package io.agentflow.dr.restore;

import io.agentflow.dr.core.UsageError;
import java.util.Locale;

/** What of a backup is restored. */
public enum RestoreType {
    FULL,
    SCHEMA,
    CRITICAL;

    /**
     * Reads a type as it is typed.
     *
     * @throws UsageError if there is no such type
     */
    public static RestoreType parse(String text) {
        try {
            return valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new UsageError("'" + text + "' is not a type of restore", "Use full, schema or critical.", e);
        }
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
