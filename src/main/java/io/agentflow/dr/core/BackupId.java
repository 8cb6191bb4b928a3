package io.agentflow.dr.core;

import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Names one backup: UTC start time and four random characters, such as {@code 20261123T025149Z-k3f9}. Sorts by time.
 */
public record BackupId(String text) implements Comparable<BackupId> {
    private static final Pattern PATTERN = Pattern.compile("\\d{8}T\\d{6}Z-[0-9a-z]{4}");

    /** @throws IllegalArgumentException if the text is not a backup id */
    public BackupId {
        if (!PATTERN.matcher(text).matches()) {
            throw new IllegalArgumentException("not a backup id: '" + text + "'");
        }
    }

    public static Optional<BackupId> parse(String text) {
        try {
            return Optional.of(new BackupId(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public static BackupId startedAt(Instant start, RandomGenerator random) {
        return new BackupId(UtcStamp.of(start) + "-" + UtcStamp.randomSuffix(random));
    }

    /** When the backup was begun, to the second. */
    public Instant time() {
        return UtcStamp.parse(text);
    }

    /** The four random characters: short enough to name a database by. */
    public String suffix() {
        return text.substring(text.length() - 4);
    }

    @Override
    public int compareTo(BackupId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
