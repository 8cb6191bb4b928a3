package io.agentflow.dr.postgres;

import org.jspecify.annotations.Nullable;

/**
 * A relation that holds or stands for rows.
 *
 * @param oid by which the archive's table of contents names it
 * @param filter the WHERE clause by which an extension's configuration table is dumped, else null
 */
public record Relation(
        long oid,
        String schema,
        String name,
        Kind kind,
        @Nullable String filter) {

    /** Enough to find it by: what the JVM makes for a record is linked at run time, in the middle of a start. */
    @Override
    public int hashCode() {
        return Long.hashCode(oid);
    }

    /** The oid of pg_class. */
    static final long CATALOG = 1259;

    /** What kind of relation it is, and so how it is dumped and proven. */
    public enum Kind {
        TABLE,
        PARTITION,
        /** A partitioned table holds no rows of its own. */
        PARTITIONED,
        UNLOGGED,
        /** An unlogged table as a standby sees it: its rows are on the primary alone, and nobody can read them here. */
        UNLOGGED_ON_STANDBY,
        /** A table of an extension's configuration, of which only the user's rows are dumped. */
        EXTENSION_CONFIGURATION,
        /** Dumped as the query that fills it; filled anew by the restore. */
        MATERIALIZED_VIEW,
        /** As above, but without rows until somebody refreshes it. */
        UNPOPULATED_VIEW,
        /** Its rows stay with the foreign server. */
        FOREIGN;

        /** Whether the archive must hold its rows. */
        public boolean dumped() {
            return this == TABLE || this == PARTITION || this == UNLOGGED || this == EXTENSION_CONFIGURATION;
        }
    }

    /** As SQL wants it. */
    public String sqlName() {
        return Sql.identifier(schema) + "." + Sql.identifier(name);
    }

    public String qualifiedName() {
        return schema + "." + name;
    }
}
