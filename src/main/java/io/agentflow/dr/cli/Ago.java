package io.agentflow.dr.cli;

import java.time.Duration;
import java.time.Instant;

/** How long ago something was, in the one unit that a person would use. */
final class Ago {
    private Ago() {}

    static String of(Instant then, Instant now) {
        Duration age = Duration.between(then, now);
        if (age.isNegative()) {
            return "in the future";
        }
        if (age.toSeconds() < 60) {
            return age.toSeconds() + " s ago";
        }
        if (age.toMinutes() < 60) {
            return age.toMinutes() + " min ago";
        }
        if (age.toHours() < 48) {
            return age.toHours() + " h ago";
        }
        return age.toDays() + " days ago";
    }
}
