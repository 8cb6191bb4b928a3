package io.agentflow.dr.core;

import java.time.Duration;

/** A length of time in the one unit that a person would use: {@code 13 s}, {@code 5 min}, {@code 3 h}, {@code 4 days}. */
public final class Span {
    private Span() {}

    /** The length, which is not negative, rounded down. */
    public static String of(Duration length) {
        if (length.toSeconds() < 60) {
            return length.toSeconds() + " s";
        }
        if (length.toMinutes() < 60) {
            return length.toMinutes() + " min";
        }
        return length.toHours() < 48 ? length.toHours() + " h" : length.toDays() + " days";
    }
}
