package io.agentflow.dr.store;

import io.agentflow.dr.core.BackupId;
import java.util.regex.Pattern;

/**
 * Names one object of a store, such as {@code 20261123T025149Z-k3f9/data/toc.dat}: names of letters, digits, dot, dash
 * and underscore, joined by slashes, none of which begins with a dot or a dash. Means the same on every kind of store and
 * cannot point outside of one.
 */
public record ObjectKey(String text) implements Comparable<ObjectKey> {
    private static final int MAX_LENGTH = 512;
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]*";
    private static final Pattern PATTERN = Pattern.compile(NAME + "(?:/" + NAME + ")*");

    /** @throws IllegalArgumentException if the text could mean anything but an object below the store's root */
    public ObjectKey {
        if (text.length() > MAX_LENGTH || !PATTERN.matcher(text).matches()) {
            String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
            throw new IllegalArgumentException("not a key of an object: '" + shown + "'");
        }
    }

    /** Whether the text is one: what else lies in a store is none of ours. */
    public static boolean valid(String text) {
        return text.length() <= MAX_LENGTH && PATTERN.matcher(text).matches();
    }

    /** A file of a backup. */
    public static ObjectKey of(BackupId id, String path) {
        return new ObjectKey(id.text() + "/" + path);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
