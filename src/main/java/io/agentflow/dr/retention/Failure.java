package io.agentflow.dr.retention;

import java.time.Instant;

/** A backup that is not one: an attempt that failed, or one that cannot be read. */
public record Failure(Instant at, String words) {}
