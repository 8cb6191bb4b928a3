package io.agentflow.dr.app;

import io.agentflow.dr.auditchain.AuditReport;
import io.agentflow.dr.auditchain.AuditTable;
import io.agentflow.dr.auditchain.VerifyChains;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.postgres.EndStalled;
import io.agentflow.dr.postgres.Sql;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The check of the audit chains of a database. All its sessions see one snapshot, so that records which come meanwhile are
 * no breaks.
 */
final class AuditCheck {
    private AuditCheck() {}

    /**
     * Checks them.
     *
     * @param stall how long the server may show no work
     * @param tenant whose chain alone is checked, or null for all
     * @throws NotFound if there is no table of audits
     * @throws Refused if there are too many tenants to hold the chains of all of them
     */
    static AuditReport of(Operation operation, DatabaseUrl url, Duration stall, @Nullable UUID tenant) {
        EndStalled sessions = operation.hold(new EndStalled(operation, url, "audit", stall));
        Sql first = sessions.open();
        first.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        AuditTable table = AuditTable.in(first)
                .orElseThrow(() -> new NotFound(
                        "database '" + url.database() + "' has no table audits with a hash chain",
                        "It must have the columns that AgentFlow's has: docs/reference/audit-chain.md"));
        if (tenant == null && table.tooManyTenants(first)) {
            throw new Refused(
                    "there are audit chains of more than " + AuditTable.MOST_TENANTS + " tenants",
                    "Check them one by one: af audit verify --tenant-id=UUID");
        }
        String snapshot = first.text("SELECT pg_export_snapshot()");
        return new VerifyChains(() -> {
                    Sql session = sessions.open();
                    session.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
                            + " SET TRANSACTION SNAPSHOT " + Sql.literal(snapshot));
                    return session;
                })
                .verify(table, tenant);
    }
}
