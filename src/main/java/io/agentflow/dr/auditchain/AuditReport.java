package io.agentflow.dr.auditchain;

import java.time.Duration;
import java.util.List;

/**
 * What a check of all chains found.
 *
 * @param tenants by id
 * @param problems the first of them, in no certain order; the tenants have all in numbers
 */
public record AuditReport(List<TenantChain> tenants, List<ChainProblem> problems, Duration elapsed) {

    public long records() {
        return tenants.stream().mapToLong(TenantChain::records).sum();
    }

    public long brokenLinks() {
        return tenants.stream().mapToLong(TenantChain::brokenLinks).sum();
    }

    public long differingContent() {
        return tenants.stream().mapToLong(TenantChain::differingContent).sum();
    }

    public boolean tampered() {
        return tenants.stream().anyMatch(TenantChain::tampered);
    }

    /** How many chains have content of which nothing can be said, since not one record fits its hash. */
    public long unknownContent() {
        return tenants.stream().filter(TenantChain::contentUnknown).count();
    }

    public double recordsPerSecond() {
        return elapsed.isZero() ? 0 : records() * 1e9 / elapsed.toNanos();
    }
}
