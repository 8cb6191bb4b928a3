package io.agentflow.dr.kafka;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The form of names in Kafka. A sender may name a topic of his own, so that what it cannot be matters. */
public final class KafkaTopic {
    /** The longest name of a topic, in characters. */
    static final int LONGEST = 249;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1," + LONGEST + "}");

    private KafkaTopic() {}

    /** Whether a topic can be called so; of groups we ask for the same. */
    public static boolean isName(@Nullable String text) {
        return text != null && NAME.matcher(text).matches() && !text.equals(".") && !text.equals("..");
    }

    /** Whether it is a topic of a user: those of Kafka's own begin with two underscores. */
    public static boolean isPlain(@Nullable String text) {
        return text != null && isName(text) && !text.startsWith("__");
    }
}
