package io.agentflow.dr.postgres;

import java.util.List;

/**
 * A table that belongs to an extension, and of which pg_dump leaves out the rows: those that CREATE EXTENSION puts there
 * come back by it, others do not.
 *
 * @param filled whether it holds rows that CREATE EXTENSION has not put there; also where that cannot be known
 */
public record ExtensionTable(String extension, String schema, String name, boolean filled) {
    private static final String ALL = """
            SELECT x.extname, n.nspname, c.relname, pg_relation_size(c.oid) > 0,
                   has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
                   AND NOT row_security_active(c.oid)
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
                              AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
              JOIN pg_extension x ON x.oid = d.refobjid
             WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND (x.extconfig IS NULL OR c.oid <> ALL (x.extconfig))
               AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
             ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
            """;

    /** What the catalog says, before anybody has looked for rows. */
    private record Found(ExtensionTable table, boolean readable) {}

    /** All of a database, by name; none whose rows pg_dump keeps because they are the extension's configuration. */
    public static List<ExtensionTable> in(Sql sql) {
        return sql
                .list(
                        ALL,
                        row -> new Found(
                                new ExtensionTable(
                                        row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4)),
                                row.getBoolean(5)))
                .stream()
                .map(found -> found.readable() && found.table().filled()
                        ? found.table().lookedInto(sql)
                        : found.table())
                .toList();
    }

    /** Rows of the extension's own script bear the transaction of its row in the catalog. */
    private ExtensionTable lookedInto(Sql sql) {
        boolean others = sql.yes(
                "SELECT EXISTS (SELECT FROM ONLY " + Sql.identifier(schema) + "." + Sql.identifier(name)
                        + " WHERE xmin <> (SELECT xmin FROM pg_extension WHERE extname = ?))",
                extension);
        return new ExtensionTable(extension, schema, name, others);
    }

    public String qualifiedName() {
        return schema + "." + name;
    }
}
