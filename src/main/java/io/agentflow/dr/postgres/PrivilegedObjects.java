package io.agentflow.dr.postgres;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What only a superuser may make, whoever owns the database: a restore by another role would end at it. */
public final class PrivilegedObjects {
    /** The key of subscriptions, which pg_dump takes along for a superuser only. */
    public static final String SUBSCRIPTIONS = "subscriptions";

    /** An extension makes its own again, and a type the functions that construct it. */
    private static final String OWN = " NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = x.tableoid"
            + " AND d.objid = x.oid AND d.deptype IN ('e', 'i')) AND x.oid >= 16384 ";

    private static final Map<String, String> KINDS = kinds();

    private final Sql sql;

    public PrivilegedObjects(Sql sql) {
        this.sql = sql;
    }

    /** The kinds, as they are called in a manifest, all but subscriptions. */
    public static List<String> ofSuperusers() {
        return Stream.concat(Stream.of("event triggers"), KINDS.keySet().stream())
                .filter(kind -> !kind.equals(SUBSCRIPTIONS))
                .toList();
    }

    private static String schema(String column) {
        return " JOIN pg_namespace n ON n.oid = x." + column + " AND" + DatabaseCatalog.USER_SCHEMA;
    }

    private static Map<String, String> kinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("foreign-data wrappers", "pg_foreign_data_wrapper x WHERE" + OWN);
        kinds.put(
                "functions in untrusted languages",
                "pg_proc x JOIN pg_language l ON l.oid = x.prolang" + schema("pronamespace")
                        + "WHERE NOT l.lanpltrusted AND x.prokind <> 'a' AND" + OWN);
        kinds.put(
                "base types",
                "pg_type x" + schema("typnamespace") + "WHERE x.typtype = 'b' AND x.typinput::oid >= 16384 AND" + OWN);
        kinds.put("operator classes", "pg_opclass x" + schema("opcnamespace") + "WHERE" + OWN);
        kinds.put("access methods", "pg_am x WHERE" + OWN);
        kinds.put("text search parsers", "pg_ts_parser x" + schema("prsnamespace") + "WHERE" + OWN);
        kinds.put("text search templates", "pg_ts_template x" + schema("tmplnamespace") + "WHERE" + OWN);
        kinds.put("publications of all tables", "pg_publication x WHERE x.puballtables");
        kinds.put(
                SUBSCRIPTIONS,
                "pg_subscription x WHERE x.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())");
        return kinds;
    }

    /** The names of this database's subscriptions. */
    public List<String> subscriptions() {
        return sql.texts("SELECT s.subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
                + " WHERE d.datname = current_database() ORDER BY 1");
    }

    /** How many of each kind there are. Event triggers are counted elsewhere, with those of extensions. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        KINDS.forEach((kind, from) -> counts.put(kind, sql.number("SELECT count(*) FROM " + from)));
        return counts;
    }
}
