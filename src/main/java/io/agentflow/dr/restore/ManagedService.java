package io.agentflow.dr.restore;

import io.agentflow.dr.postgres.Sql;

/**
 * What the administrator of a managed service may make: no superuser, but the service lets it make much of what a server
 * of one's own leaves to superusers. What exactly is the service's choice, and no catalog tells it.
 */
final class ManagedService {
    private static final String ADMINISTERS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname IN ('rds_superuser',"
            + " 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin') AND pg_has_role(oid, 'MEMBER'))";

    private ManagedService() {}

    /** Whether this session's role is such an administrator. */
    static boolean administers(Sql sql) {
        return sql.yes(ADMINISTERS);
    }

    /** A note in the place of a stop. */
    static Finding mayCreate(String fact) {
        return Finding.note(
                fact,
                "a server of one's own leaves that to superusers; this service may let its administrator do it",
                "If it does not, the load says so, and the live database is not touched.");
    }
}
