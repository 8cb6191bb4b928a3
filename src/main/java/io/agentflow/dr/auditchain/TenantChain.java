package io.agentflow.dr.auditchain;

import org.jspecify.annotations.Nullable;

/**
 * The chain of one tenant.
 *
 * @param tenant its id; empty for records without one
 * @param firstHash hexadecimal, of its first record in the order of time; null if that has none
 * @param lastHash hexadecimal, of its last record
 * @param brokenLinks records whose {@code prev_hash} is not the hash of the record before them
 * @param differingContent records whose hash is not that of their content
 */
public record TenantChain(
        String tenant,
        long records,
        @Nullable String firstHash,
        @Nullable String lastHash,
        long brokenLinks,
        long differingContent) {

    /** The same, with what reading the content found. */
    TenantChain with(long differing) {
        return new TenantChain(tenant, records, firstHash, lastHash, brokenLinks, differing);
    }
}
