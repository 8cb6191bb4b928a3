package io.agentflow.dr.core;

import org.jspecify.annotations.Nullable;

/**
 * Who asks for operations, and from where.
 *
 * @param user of the operating system under whom af runs
 * @param host on which af runs
 * @param from where the wish came from: a terminal, an ssh client, {@code schedule}, {@code message …}
 * @param key id of the key that signed the request; null if none did
 */
public record Requester(
        String user, String host, String from, @Nullable String key) {

    /** The same process, asked in another way. */
    public Requester asked(String how, @Nullable String signedBy) {
        return new Requester(user, host, how, signedBy);
    }
}
