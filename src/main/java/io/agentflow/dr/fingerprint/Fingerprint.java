package io.agentflow.dr.fingerprint;

import org.jspecify.annotations.Nullable;

/**
 * What a table held: how many rows, and the order-independent hash of them all.
 *
 * @param rows null at level {@code none}
 * @param hash null below level {@code full}
 */
public record Fingerprint(@Nullable Long rows, @Nullable String hash) {
    public static final Fingerprint NOT_TAKEN = new Fingerprint(null, null);
}
