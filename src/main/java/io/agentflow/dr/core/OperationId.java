package io.agentflow.dr.core;

import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Names one execution of a verb, such as {@code 20261123T025501Z-backup-4k2m}. */
public record OperationId(String text) {

    public static OperationId startedAt(Instant start, String verb, RandomGenerator random) {
        return new OperationId(UtcStamp.of(start) + "-" + verb + "-" + UtcStamp.randomSuffix(random));
    }

    /** What is done, such as backup. */
    public String verb() {
        return text.substring(text.indexOf('-') + 1, text.lastIndexOf('-'));
    }

    /** Written out, as is the next: what the JVM makes for a record is linked at run time, in the middle of a start. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OperationId id && id.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
