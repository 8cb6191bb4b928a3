package io.agentflow.dr.request;

import org.jspecify.annotations.Nullable;

/**
 * How a message came, and where its results go.
 *
 * @param trigger folder, jms, nats, kafka, or what a route of the user's calls itself; {@code direct:request-<trigger>-reply}
 *     takes the results
 * @param replyTo the destination that the sender named, or null for the configured one
 * @param correlation what the sender wants to see again in the reply, or null
 */
public record Arrival(
        String trigger, @Nullable String replyTo, @Nullable String correlation) {
    /** Where it came from, as the journal says it. */
    public String words() {
        return "message by " + trigger;
    }
}
