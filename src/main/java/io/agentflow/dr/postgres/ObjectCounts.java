package io.agentflow.dr.postgres;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counts the objects of a database by kind, those that belong to a relation or a type of an extension apart: they come
 * back by CREATE EXTENSION, in the version that the target has, and pg_dump leaves them out.
 */
public final class ObjectCounts {
    /** What the name of a kind ends with when those are counted that come and go with an extension. */
    private static final String OF_EXTENSIONS = " of extensions";

    private static final String INDEXES =
            classes(" JOIN pg_index i ON i.indexrelid = x.oid JOIN pg_class t ON t.oid = i.indrelid")
                    + DatabaseCatalog.DUMPED_INDEX;
    private static final String OF_INDEX = member("pg_class", "i.indrelid");

    /** A CHECK belongs to a table or to a domain. */
    private static final String CONSTRAINTS = namespaced("pg_constraint", "connamespace", "") + " AND ";

    private static final String OF_CONSTRAINT =
            member("pg_class", "x.conrelid") + " OR " + member("pg_type", "x.contypid");

    /** Those that the server derives for partitions depend on the order in which all was made. */
    private static final String FOREIGN_KEYS = CONSTRAINTS + "x.contype = 'f' AND x.conparentid = 0";

    /**
     * One kind.
     *
     * @param from what is counted
     * @param belongs whether it comes and goes with an extension
     */
    private record Kind(String name, String from, String belongs) {
        String query() {
            return "SELECT '" + name + "', count(*) FILTER (WHERE NOT (" + belongs + ")), count(*) FILTER (WHERE "
                    + belongs + ") FROM " + from;
        }
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("views", classes("") + "x.relkind = 'v'", "false"),
            new Kind("indexes", INDEXES, OF_INDEX),
            new Kind("invalid indexes", INDEXES + "AND NOT i.indisvalid", OF_INDEX),
            new Kind("sequences", classes("") + "x.relkind = 'S'", ofExtensionsIdentity("x.oid")),
            new Kind("foreign keys", FOREIGN_KEYS, OF_CONSTRAINT),
            new Kind("foreign keys not validated", FOREIGN_KEYS + " AND NOT x.convalidated", OF_CONSTRAINT),
            new Kind("primary keys", CONSTRAINTS + "x.contype = 'p'", OF_CONSTRAINT),
            new Kind("unique constraints", CONSTRAINTS + "x.contype = 'u'", OF_CONSTRAINT),
            new Kind("check constraints", CONSTRAINTS + "x.contype = 'c'", OF_CONSTRAINT),
            new Kind("functions", namespaced("pg_proc", "pronamespace", ""), "false"),
            // Neither the row type of a relation is a member of its extension nor the array of that or of another type.
            new Kind(
                    "types",
                    namespaced("pg_type", "typnamespace", " LEFT JOIN pg_type e ON e.typarray = x.oid"),
                    member("pg_type", "e.oid") + " OR " + member("pg_class", "coalesce(e.typrelid, x.typrelid)")),
            new Kind(
                    "triggers",
                    onRelation("pg_trigger", "tgrelid") + "NOT x.tgisinternal AND x.tgparentid = 0",
                    member("pg_class", "x.tgrelid")),
            // pg_dump keeps those on tables of extensions.
            new Kind("policies", onRelation("pg_policy", "polrelid") + "true", "false"),
            new Kind(
                    "rules",
                    onRelation("pg_rewrite", "ev_class") + "x.rulename <> '_RETURN'",
                    member("pg_class", "x.ev_class")),
            new Kind("event triggers", "pg_event_trigger x", member("pg_event_trigger", "x.oid")),
            new Kind("schemas", "pg_namespace n WHERE" + DatabaseCatalog.USER_SCHEMA, member("pg_namespace", "n.oid")),
            new Kind("extensions", "pg_extension", "false"));

    private final Sql sql;

    ObjectCounts(Sql sql) {
        this.sql = sql;
    }

    /** Objects x of a schema of the user's that are no members of an extension. */
    private static String namespaced(String catalog, String column, String join) {
        return catalog + " x JOIN pg_namespace n ON n.oid = x." + column + join + " WHERE" + DatabaseCatalog.USER_SCHEMA
                + "AND NOT " + member(catalog, "x.oid");
    }

    private static String classes(String join) {
        return namespaced("pg_class", "relnamespace", join) + " AND x.relpersistence <> 't' AND ";
    }

    private static String onRelation(String catalog, String column) {
        return catalog + " x JOIN pg_class c ON c.oid = x." + column
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE" + DatabaseCatalog.USER_SCHEMA + "AND ";
    }

    /** Whether a sequence is that of an identity column of an extension's table, with which it comes and goes. */
    static String ofExtensionsIdentity(String oid) {
        return "EXISTS (SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = " + oid
                + " AND o.refclassid = 'pg_class'::regclass AND o.deptype = 'i' AND " + member("pg_class", "o.refobjid")
                + ")";
    }

    private static String member(String catalog, String oid) {
        return "EXISTS (SELECT FROM pg_depend d WHERE d.classid = '" + catalog + "'::regclass AND d.objid = " + oid
                + " AND d.deptype = 'e')";
    }

    /** The name under which those of a kind are counted that come and go with an extension. */
    public static String ofExtensions(String kind) {
        return kind + OF_EXTENSIONS;
    }

    /** Whether those of an extension are counted under this name. */
    public static boolean areOfExtensions(String name) {
        return name.endsWith(OF_EXTENSIONS);
    }

    SortedMap<String, Long> counts() {
        SortedMap<String, Long> counts = new TreeMap<>();
        sql.list(KINDS.stream().map(Kind::query).collect(Collectors.joining(" UNION ALL ")), row -> {
            String kind = row.getString(1);
            counts.put(kind, row.getLong(2));
            return counts.put(ofExtensions(kind), row.getLong(3));
        });
        return counts;
    }
}
