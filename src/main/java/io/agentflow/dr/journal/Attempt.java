package io.agentflow.dr.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An operation that has ended, as the journal has it.
 *
 * @param exitCode null if its process was killed
 * @param outcome what came of it, or why it failed
 */
public record Attempt(
        Instant at,
        String operation,
        String request,
        @Nullable Integer exitCode,
        String outcome) {}
