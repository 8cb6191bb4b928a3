package io.agentflow.dr.backup;

import io.agentflow.dr.postgres.PrivilegedObjects;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;

/** Says what pg_dump leaves out without a word because the role that backs up may not see it. */
final class FindUnseen {
    /** The condition under which pg_user_mappings shows options, turned around. */
    private static final String MAPPINGS =
            "SELECT 'the options of the user mapping of ' || u.usename || ' for the server '"
                    + " || u.srvname FROM pg_user_mappings u JOIN pg_foreign_server s ON s.oid = u.srvid"
                    + " WHERE NOT (pg_has_role(s.srvowner, 'USAGE') AND (u.umuser = 0 OR u.usename = current_user)"
                    + " OR u.usename = current_user AND has_server_privilege(s.oid, 'USAGE')) ORDER BY 1";

    private final Sql sql;

    FindUnseen(Sql sql) {
        this.sql = sql;
    }

    /** One warning each; none for a superuser. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
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
}
