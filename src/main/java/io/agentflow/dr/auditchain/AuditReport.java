package io.agentflow.dr.auditchain;

import java.time.Duration;
import java.util.List;

/**
 * What a check of all chains found.
 *
 * @param tenants by id
 * @param contentKnown whether at least one record of the whole table fits its hash, also of a tenant that was not asked for.
 *     Then the form that was hashed is known, and so what does not fit was changed; else the writer hashed another form than
 *     it stored, and nothing can be said of any content
 * @param problems the first of them, in no certain order; the tenants have all in numbers
 */
public record AuditReport(
        List<TenantChain> tenants, boolean contentKnown, List<ChainProblem> problems, Duration elapsed) {

    public long records() {
        return tenants.stream().mapToLong(TenantChain::records).sum();
    }

    public long brokenLinks() {
        return tenants.stream().mapToLong(TenantChain::brokenLinks).sum();
    }

    public long differingContent() {
        return tenants.stream().mapToLong(TenantChain::differingContent).sum();
    }

    /** Whether somebody has changed, taken out or put in a record. */
    public boolean tampered() {
        return brokenLinks() > 0 || (contentKnown && differingContent() > 0);
    }

    /**
     * Whether the chains do not hold.
     *
     * @param acceptContent whether content that does not fit its hash is taken for the writer's fault
     */
    public boolean broken(boolean acceptContent) {
        return brokenLinks() > 0 || (tampered() && !acceptContent);
    }

    /** How many chains have content of which nothing can be said: all of them, or none. */
    public long unknownContent() {
        return contentKnown ? 0 : tenants.size();
    }

    public double recordsPerSecond() {
        return elapsed.isZero() ? 0 : records() * 1e9 / elapsed.toNanos();
    }
}
