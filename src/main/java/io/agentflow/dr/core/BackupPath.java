package io.agentflow.dr.core;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where a file lies within its backup: one name, or a folder and a name, of letters, digits, dot, dash and underscore.
 * Cannot point outside the backup on any system.
 */
public record BackupPath(String text) implements Comparable<BackupPath> {
    private static final Pattern PATTERN = Pattern.compile("(?:[a-z]{1,20}/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

    /** @throws IllegalArgumentException if the text could mean anything but a file inside the backup */
    public BackupPath {
        if (!PATTERN.matcher(text).matches()) {
            String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
            throw new IllegalArgumentException("not a path inside a backup: '" + shown + "'");
        }
    }

    /** Whether the text is one: what else lies beside the files of a backup is none of its. */
    public static boolean valid(String text) {
        return PATTERN.matcher(text).matches();
    }

    public Path in(Path folder) {
        return folder.resolve(text);
    }

    @Override
    public int compareTo(BackupPath other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
