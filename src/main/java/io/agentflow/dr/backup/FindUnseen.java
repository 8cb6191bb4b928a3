package io.agentflow.dr.backup;

import io.agentflow.dr.postgres.PrivilegedObjects;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;

/**
 * Says what the dumps leave out without a word: what the role that backs up may not see, and what no dump of PostgreSQL's
 * takes along.
 */
final class FindUnseen {
    /** The condition under which pg_user_mappings shows options, turned around. */
    private static final String MAPPINGS =
            "SELECT 'the options of the user mapping of ' || u.usename || ' for the server '"
                    + " || u.srvname FROM pg_user_mappings u JOIN pg_foreign_server s ON s.oid = u.srvid"
                    + " WHERE NOT (pg_has_role(s.srvowner, 'USAGE') AND (u.umuser = 0 OR u.usename = current_user)"
                    + " OR u.usename = current_user AND has_server_privilege(s.oid, 'USAGE')) ORDER BY 1";

    private static final String SETTINGS_OF_ALL = "SELECT split_part(c, '=', 1) FROM pg_db_role_setting s,"
            + " unnest(s.setconfig) c WHERE s.setrole = 0 AND s.setdatabase = 0 ORDER BY 1";

    private static final String LABELS = "SELECT l.provider FROM pg_shseclabel l JOIN pg_database d ON d.oid = l.objoid"
            + " WHERE l.classoid = 'pg_database'::regclass AND d.datname = current_database() ORDER BY 1";

    /** Row types and array types come and go with what they are of; collations may be imported from the system. */
    private static final String IN_SYSTEM_SCHEMAS = "SELECT pg_describe_object(x.catalog, x.oid, 0) FROM"
            + " (SELECT tableoid, oid, relnamespace FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
            + " UNION ALL SELECT tableoid, oid, pronamespace FROM pg_proc"
            + " UNION ALL SELECT tableoid, oid, typnamespace FROM pg_type WHERE typrelid = 0 AND typelem = 0"
            + " UNION ALL SELECT tableoid, oid, oprnamespace FROM pg_operator"
            + " UNION ALL SELECT tableoid, oid, cfgnamespace FROM pg_ts_config"
            + " UNION ALL SELECT tableoid, oid, dictnamespace FROM pg_ts_dict) x (catalog, oid, schema)"
            + " WHERE x.oid >= 16384 AND x.schema IN (to_regnamespace('pg_catalog'), to_regnamespace('information_schema'))"
            + " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = x.catalog AND d.objid = x.oid"
            + " AND d.deptype IN ('e', 'i')) ORDER BY 1";

    private static final int NAMED = 5;

    private final Sql sql;

    FindUnseen(Sql sql) {
        this.sql = sql;
    }

    /** One warning each. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        inNoDump(warnings);
        if (sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
            return warnings;
        }
        new PrivilegedObjects(sql)
                .subscriptions()
                .forEach(name -> warnings.add("the subscription " + name
                        + " is not in the backup: pg_dump takes subscriptions along for a superuser only"));
        sql.texts(MAPPINGS)
                .forEach(options -> warnings.add(options + " are not in the backup: this role may not see them"));
        return warnings;
    }

    private void inNoDump(List<String> warnings) {
        List<String> settings = sql.texts(SETTINGS_OF_ALL);
        if (!settings.isEmpty()) {
            warnings.add("settings of all roles are in no dump: note down ALTER ROLE ALL SET "
                    + String.join(", ", settings));
        }
        sql.texts(LABELS)
                .forEach(provider -> warnings.add("the security label of the database itself is not in the backup: note"
                        + " down that of the provider " + provider + " (SECURITY LABEL … ON DATABASE …)"));
        List<String> lost = sql.texts(IN_SYSTEM_SCHEMAS);
        if (!lost.isEmpty()) {
            warnings.add("what was made in pg_catalog or information_schema is in no dump: "
                    + String.join(", ", lost.subList(0, Math.min(NAMED, lost.size())))
                    + (lost.size() > NAMED ? " and " + (lost.size() - NAMED) + " more" : ""));
        }
    }
}
