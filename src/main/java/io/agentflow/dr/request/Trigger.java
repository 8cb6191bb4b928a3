package io.agentflow.dr.request;

import java.util.Map;

/**
 * A way by which requests come, from the start of the service to its end. Its routes are {@code request-<trigger>} and
 * {@code request-<trigger>-reply}. Safe to be closed before it was started.
 */
public interface Trigger extends AutoCloseable {
    /**
     * How a trigger is.
     *
     * @param well whether requests can come, or could until a moment ago
     * @param line what was seen last
     */
    record Standing(boolean well, String line) {}

    /** What its routes call, by name. */
    Map<String, Object> beans();

    /** Begins to take requests, now that there are routes. A broker that is away does not matter. */
    default void start() {}

    /** Whether requests can come by it, as it last saw it: no broker is asked. */
    Standing standing();

    /** Takes nothing more; results can still be told. */
    default void leave() {}

    @Override
    default void close() {}
}
