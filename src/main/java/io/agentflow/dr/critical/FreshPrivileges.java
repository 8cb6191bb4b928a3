package io.agentflow.dr.critical;

import io.agentflow.dr.postgres.Sql;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes from what was just made the privileges that default privileges of the live database gave it. An archive has no
 * statement for privileges that are PostgreSQL's built-in ones, and those of an object with others start from there: what
 * ALTER DEFAULT PRIVILEGES adds would show rows to roles that never might see them.
 */
final class FreshPrivileges {
    private static final String OBJECTS = """
            SELECT 'r' || oid AS id, CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
                   oid::regclass::text AS name, relacl AS acl, relowner AS owner, xmin,
                   acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner) AS built_in
              FROM pg_class WHERE relacl IS NOT NULL
            UNION ALL
            SELECT 'f' || oid, 'ROUTINE', oid::regprocedure::text, proacl, proowner, xmin, acldefault('f', proowner)
              FROM pg_proc WHERE proacl IS NOT NULL
            UNION ALL
            SELECT 't' || oid, 'TYPE', oid::regtype::text, typacl, typowner, xmin, acldefault('T', typowner)
              FROM pg_type WHERE typacl IS NOT NULL
            UNION ALL
            SELECT 'n' || oid, 'SCHEMA', quote_ident(nspname), nspacl, nspowner, xmin, acldefault('n', nspowner)
              FROM pg_namespace WHERE nspacl IS NOT NULL
            """;

    /** What another session makes meanwhile is committed by the time it is seen; ours is in progress. */
    private static final String STATEMENTS = "SELECT id, statement FROM (" + OBJECTS + """
            ) o, LATERAL (
              SELECT 1 AS step, format('REVOKE ALL ON %s %s FROM %s', kind, name,
                     CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END) AS statement
                FROM (SELECT DISTINCT grantee FROM aclexplode(acl)) given
              UNION ALL
              SELECT 2, format('GRANT %s ON %s %s TO %s', privilege_type, kind, name,
                     CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
                FROM aclexplode(built_in)
            ) s
             WHERE pg_xact_status(((pg_current_xact_id()::text::bigint >> 32 << 32) | xmin::text::bigint)::text::xid8)
                   = 'in progress'
             ORDER BY id, step
            """;

    private final Sql sql;
    private final Set<String> before;

    /** Remembers what has privileges of its own before anything is made. */
    FreshPrivileges(Sql sql) {
        this.sql = sql;
        this.before = new HashSet<>(sql.texts("SELECT id FROM (" + OBJECTS + ") o"));
    }

    /** Gives whatever this transaction has made the built-in privileges. Comes before the archive's own statements. */
    void reset() {
        List<String[]> statements = sql.list(STATEMENTS, row -> new String[] {row.getString(1), row.getString(2)});
        statements.stream()
                .filter(statement -> !before.contains(statement[0]))
                .forEach(statement -> sql.run(statement[1]));
    }
}
