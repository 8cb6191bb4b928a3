package io.agentflow.dr.auditchain;

import io.agentflow.dr.postgres.Sql;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A table that has an audit chain in it: it is called audits, and has all columns that are hashed.
 *
 * @param sqlName as SQL wants it
 * @param key what kind of ids it has
 */
public record AuditTable(String sqlName, AuditKey key) {
    /** A chain takes about half a kilobyte of memory, and a third of one in a manifest. */
    public static final int MOST_TENANTS = 50_000;

    private static final String FIND = """
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = 'audits' AND c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_'
               AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
                       AND (a.attname, a.atttypid::regtype::text) IN (('ts', 'timestamp with time zone'),
                           ('prev_hash', 'bytea'), ('hash', 'bytea'))) = 3
               AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
                       AND a.attname IN ('id', 'tenant_id', 'actor_type', 'actor_id', 'action', 'resource_type',
                           'resource_id', 'details')) = 8
             ORDER BY n.nspname <> 'public', 1
            """;

    /** The database's audit table; that of the schema public if there are several. */
    public static Optional<AuditTable> in(Sql sql) {
        return sql.texts(FIND).stream().findFirst().map(name -> new AuditTable(name, key(sql, name)));
    }

    private static AuditKey key(Sql sql, String name) {
        long uuids = sql.number("SELECT count(*) FROM pg_attribute WHERE attrelid = " + Sql.literal(name)
                + "::regclass AND attname IN ('id', 'tenant_id') AND atttypid = 'uuid'::regtype");
        return uuids == 2 ? AuditKey.UUIDS : AuditKey.TEXTS;
    }

    /** Whether there are more tenants than the chains of all of them can be held of. */
    public boolean tooManyTenants(Sql sql) {
        return sql.number("SELECT count(*) FROM (SELECT DISTINCT tenant_id FROM " + sqlName + ") t") > MOST_TENANTS;
    }

    /** Its records, or those of one tenant, as they stand behind FROM. */
    String records(@Nullable UUID tenant) {
        return sqlName + (tenant == null ? "" : " WHERE tenant_id::text = '" + tenant + "'");
    }
}
