package io.agentflow.dr.core;

import java.time.Instant;
import java.util.random.RandomGenerator;

/** Names one execution of a verb, such as {@code 20261123T025501Z-backup-4k2m}. */
public record OperationId(String text) {

    public static OperationId startedAt(Instant start, String verb, RandomGenerator random) {
        return new OperationId(UtcStamp.of(start) + "-" + verb + "-" + UtcStamp.randomSuffix(random));
    }

    /** What is done, such as backup. */
    public String verb() {
        return text.substring(text.indexOf('-') + 1, text.lastIndexOf('-'));
    }

    @Override
    public String toString() {
        return text;
    }
}
