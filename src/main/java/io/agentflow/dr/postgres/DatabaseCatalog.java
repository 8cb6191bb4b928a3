package io.agentflow.dr.postgres;

import io.agentflow.dr.postgres.ClusterNeeds.Extension;
import io.agentflow.dr.postgres.DatabaseProperties.Grant;
import io.agentflow.dr.postgres.DatabaseProperties.Setting;
import io.agentflow.dr.postgres.Relation.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Asks one session what its database holds. Inside a snapshot the answers are of that instant. */
public final class DatabaseCatalog {
    /** pg_dump leaves the same schemas out: PostgreSQL's own and temporary ones. */
    static final String USER_SCHEMA = " n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ";

    /** As pg_dump asks, of i in pg_index and its table t. */
    static final String DUMPED_INDEX = " ((i.indisvalid OR t.relkind = 'p') AND i.indisready) ";

    private static final String RELATIONS = """
            SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text, c.relispartition,
                   c.relpersistence = 'u' AND pg_is_in_recovery() AS elsewhere, c.relispopulated, e.oid IS NOT NULL AS configuration, e.extcondition[e.position] AS filter
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
                                   AND d.deptype = 'e'
              LEFT JOIN (SELECT x.oid, x.extcondition, t.relation, t.position FROM pg_extension x,
                                unnest(x.extconfig) WITH ORDINALITY AS t(relation, position)) e
                     ON e.oid = d.refobjid AND e.relation = c.oid
             WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
               AND (d.objid IS NULL OR e.oid IS NOT NULL)
               AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
             ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
            """;

    private final Sql sql;

    public DatabaseCatalog(Sql sql) {
        this.sql = sql;
    }

    /** Tables, partitions, materialised views and foreign tables of the user, by name; none of an extension's own. */
    public List<Relation> relations() {
        return sql.list(
                RELATIONS,
                row -> new Relation(row.getLong(1), row.getString(2), row.getString(3), kind(row), filter(row)));
    }

    private static Kind kind(ResultSet row) throws SQLException {
        return switch (row.getString("relkind")) {
            case "p" -> Kind.PARTITIONED;
            case "f" -> Kind.FOREIGN;
            case "m" -> row.getBoolean("relispopulated") ? Kind.MATERIALIZED_VIEW : Kind.UNPOPULATED_VIEW;
            default -> table(row);
        };
    }

    private static Kind table(ResultSet row) throws SQLException {
        if (row.getBoolean("elsewhere")) {
            return Kind.UNLOGGED_ON_STANDBY;
        }
        if (row.getBoolean("configuration")) {
            return Kind.EXTENSION_CONFIGURATION;
        }
        return row.getString("relpersistence").equals("u")
                ? Kind.UNLOGGED
                : row.getBoolean("relispartition") ? Kind.PARTITION : Kind.TABLE;
    }

    private static @Nullable String filter(ResultSet row) throws SQLException {
        String filter = row.getString("filter");
        return filter == null || filter.isBlank() ? null : filter;
    }

    /**
     * The tables of this name, with everything that inherits from them: partitions hold the rows of a partitioned table.
     *
     * @param name with its schema, or without and then in every schema; each as it is or as SQL quotes it
     */
    public List<Relation> withPartitions(String name, List<Relation> relations) {
        Set<Long> oids = Set.copyOf(sql.list(
                "WITH RECURSIVE t(oid) AS (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
                        + " LATERAL (SELECT '\"' || replace(c.relname, '\"', '\"\"') || '\"' AS c,"
                        + " '\"' || replace(n.nspname, '\"', '\"\"') || '\"' AS n) q"
                        + " WHERE c.relkind IN ('r', 'p') AND ? IN (c.relname, n.nspname || '.' || c.relname, q.c,"
                        + " n.nspname || '.' || q.c, q.n || '.' || c.relname, q.n || '.' || q.c) AND"
                        + USER_SCHEMA
                        + "UNION SELECT i.inhrelid FROM pg_inherits i JOIN t ON t.oid = i.inhparent)"
                        + " SELECT oid::bigint FROM t",
                row -> row.getLong(1),
                name));
        return relations.stream().filter(r -> oids.contains(r.oid())).toList();
    }

    /**
     * The relations, as SQL names them, whose statistics can be collected without asking a foreign server: one that does
     * not answer must not stand in the way.
     */
    public List<String> analyzable() {
        return sql.texts("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm', 'p') AND" + USER_SCHEMA
                + "AND NOT (c.relkind = 'p' AND EXISTS (SELECT FROM pg_partition_tree(c.oid) t"
                + " JOIN pg_class f ON f.oid = t.relid WHERE f.relkind = 'f'))");
    }

    /** Bytes (without indexes) and estimated rows of each table, for progress. */
    public Map<Long, TableSize> sizes() {
        Map<Long, TableSize> sizes = new HashMap<>();
        sql.list(
                "SELECT oid::bigint, pg_table_size(oid), greatest(reltuples, 0)::bigint FROM pg_class"
                        + " WHERE relkind = 'r' AND relpersistence <> 't'",
                row -> sizes.put(row.getLong(1), new TableSize(row.getLong(2), row.getLong(3))));
        return sizes;
    }

    /** Relations that this role may not read, so that a dump could not be complete. */
    public List<String> unreadable() {
        return sql.texts("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'S', 'f', 'm')"
                + " AND c.relpersistence <> 't' AND" + USER_SCHEMA
                + "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
                + " AND d.deptype = 'e')"
                + " AND NOT (has_schema_privilege(n.oid, 'USAGE') AND CASE WHEN c.relkind = 'S'"
                + " THEN has_sequence_privilege(c.oid, 'SELECT') ELSE has_table_privilege(c.oid, 'SELECT') END)"
                + " ORDER BY 1");
    }

    /** Large objects that this role may not read, a thousand at most. */
    public List<String> unreadableLargeObjects() {
        String readable = sql.serverVersion().major() >= 18
                ? "has_largeobject_privilege(m.oid, 'SELECT')"
                : "(current_setting('lo_compat_privileges')::bool OR pg_has_role(m.lomowner, 'USAGE') OR EXISTS (SELECT"
                        + " FROM aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT' AND (a.grantee = 0 OR"
                        + " pg_has_role(a.grantee, 'USAGE'))))";
        return sql.texts("SELECT m.oid::text FROM pg_largeobject_metadata m WHERE NOT " + readable
                + " ORDER BY m.oid LIMIT 1000");
    }

    /** Tables of which row-level security would show this role only a part. */
    public List<String> rowSecured() {
        return sql.texts("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND" + USER_SCHEMA
                + "AND row_security_active(c.oid) ORDER BY 1");
    }

    /** Every sequence and where it stands now; sequences ignore snapshots. A standby cannot tell of unlogged ones. */
    public List<SequenceState> sequences() {
        List<String[]> names = sql.list(
                "SELECT n.nspname, c.relname, (s.seqincrement > 0)::text FROM pg_class c"
                        + " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid"
                        + " WHERE c.relpersistence <> 't' AND NOT (c.relpersistence = 'u' AND pg_is_in_recovery()) AND"
                        + USER_SCHEMA
                        + "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass"
                        + " AND d.objid = c.oid AND d.deptype = 'e') AND NOT "
                        + ObjectCounts.ofExtensionsIdentity("c.oid")
                        + " ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"",
                row -> new String[] {row.getString(1), row.getString(2), row.getString(3)});
        return names.stream()
                .map(n -> sql.one(
                        "SELECT last_value, is_called FROM " + Sql.identifier(n[0]) + "." + Sql.identifier(n[1]),
                        row -> new SequenceState(
                                n[0], n[1], row.getLong(1), row.getBoolean(2), n[2].equals("true"), true)))
                .toList();
    }

    /** The sequences that begin again when they have come to their end, by their names as SQL wants them. */
    public List<String> cyclicSequences() {
        return sql.list(
                "SELECT n.nspname, c.relname FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid"
                        + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE s.seqcycle",
                row -> Sql.identifier(row.getString(1)) + "." + Sql.identifier(row.getString(2)));
    }

    /** Indexes that a failed CREATE INDEX CONCURRENTLY left: pg_dump leaves them out. */
    public List<String> invalidIndexes() {
        return sql.texts("SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid"
                + " JOIN pg_namespace n ON n.oid = t.relnamespace WHERE" + USER_SCHEMA + "AND NOT" + DUMPED_INDEX
                + "ORDER BY 1");
    }

    /**
     * How many objects of each kind there are that a restore must bring back, and how many are not in order; apart from
     * them those of extensions, which CREATE EXTENSION brings back, as the version at the target has them.
     */
    public SortedMap<String, Long> objects() {
        SortedMap<String, Long> objects = new ObjectCounts(sql).counts();
        objects.putAll(new PrivilegedObjects(sql).counts());
        return objects;
    }

    /** What a cluster must have for this database to be restored into it. */
    public ClusterNeeds needs() {
        return new ClusterNeeds(
                sql.texts("SELECT DISTINCT r.rolname FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid"
                        + " WHERE s.refclassid = 'pg_authid'::regclass AND s.dbid = (SELECT oid FROM pg_database"
                        + " WHERE datname = current_database()) UNION SELECT pg_get_userbyid(datdba) FROM pg_database"
                        + " WHERE datname = current_database() ORDER BY 1"),
                extensions(),
                sql.texts("SELECT DISTINCT t.spcname FROM pg_tablespace t WHERE t.oid IN"
                        + " (SELECT reltablespace FROM pg_class UNION SELECT dattablespace FROM pg_database"
                        + " WHERE datname = current_database()) AND t.spcname NOT IN ('pg_default', 'pg_global')"
                        + " ORDER BY 1"),
                sql.texts("SELECT lanname FROM pg_language WHERE lanispl ORDER BY 1"),
                sql.texts("SELECT srvname FROM pg_foreign_server ORDER BY 1"),
                sql.texts("SELECT DISTINCT provider FROM pg_seclabel ORDER BY 1"));
    }

    /** How many objects of this database each role owns, the database itself among them. */
    public SortedMap<String, Long> owned() {
        SortedMap<String, Long> owned = new TreeMap<>();
        sql.list(
                "SELECT r.rolname, count(*) FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid"
                        + " JOIN pg_database d ON d.datname = current_database() WHERE s.deptype = 'o'"
                        + " AND s.refclassid = 'pg_authid'::regclass AND (s.dbid = d.oid"
                        + " OR s.classid = 'pg_database'::regclass AND s.objid = d.oid) GROUP BY 1",
                row -> owned.put(row.getString(1), row.getLong(2)));
        return owned;
    }

    public List<Extension> extensions() {
        return sql.list(
                "SELECT e.extname, e.extversion, n.nspname FROM pg_extension e"
                        + " JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY e.extname COLLATE \"C\"",
                row -> new Extension(row.getString(1), row.getString(2), row.getString(3)));
    }

    public long largeObjects() {
        return sql.number("SELECT count(*) FROM pg_largeobject_metadata");
    }

    /** What belongs to the database itself. The locale's columns have moved between versions. */
    public DatabaseProperties properties() {
        int major = sql.serverVersion().major();
        String provider = major >= 15 ? "d.datlocprovider::text" : "'c'";
        String locale = major >= 17 ? "d.datlocale" : major >= 15 ? "d.daticulocale" : "NULL::text";
        String version = major >= 15 ? "d.datcollversion" : "NULL::text";
        return sql.one(
                "SELECT pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), " + provider
                        + ", d.datcollate, d.datctype, " + locale + ", " + version
                        + ", t.spcname, d.datconnlimit, d.datistemplate, shobj_description(d.oid, 'pg_database'),"
                        + " d.datacl IS NOT NULL, to_regnamespace('public') IS NOT NULL, "
                        + (major >= 16 ? "d.daticurules" : "NULL::text")
                        + " FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace"
                        + " WHERE d.datname = current_database()",
                row -> new DatabaseProperties(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(14),
                        row.getString(7),
                        row.getString(8),
                        row.getInt(9),
                        row.getBoolean(10),
                        row.getBoolean(13),
                        row.getString(11),
                        row.getBoolean(12) ? grants() : null,
                        settings()));
    }

    private List<Grant> grants() {
        return sql.list(
                "SELECT r.rolname, a.privilege_type, a.is_grantable FROM pg_database d,"
                        + " aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee"
                        + " WHERE d.datname = current_database() ORDER BY 1 NULLS FIRST, 2",
                row -> new Grant(row.getString(1), row.getString(2), row.getBoolean(3)));
    }

    private List<Setting> settings() {
        return sql.list(
                "SELECT r.rolname, split_part(c.setting, '=', 1), substr(c.setting, strpos(c.setting, '=') + 1)"
                        + " FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
                        + " LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) WITH ORDINALITY AS c(setting, place)"
                        + " WHERE d.datname = current_database() AND c.setting NOT LIKE 'af.mark=%'"
                        + " ORDER BY 1 NULLS FIRST, c.place",
                row -> new Setting(row.getString(1), row.getString(2), row.getString(3)));
    }
}
