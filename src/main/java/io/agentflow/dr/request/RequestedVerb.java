package io.agentflow.dr.request;

import java.util.Locale;

/** What a message can ask for. */
public enum RequestedVerb {
    BACKUP,
    VERIFY,
    RESTORE;

    /**
     * Reads a verb as it is written.
     *
     * @throws IllegalArgumentException if there is no such verb
     */
    public static RequestedVerb parse(String text) {
        for (RequestedVerb verb : values()) {
            if (verb.text().equals(text)) {
                return verb;
            }
        }
        throw new IllegalArgumentException("operation is '" + text + "', not backup, verify or restore");
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
