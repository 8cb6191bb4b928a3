package io.agentflow.dr.cli;

import io.agentflow.dr.core.Span;
import java.time.Duration;
import java.time.Instant;

/** How long ago something was, in the one unit that a person would use. */
final class Ago {
    private Ago() {}

    static String of(Instant then, Instant now) {
        Duration age = Duration.between(then, now);
        return age.isNegative() ? "in the future" : Span.of(age) + " ago";
    }
}
