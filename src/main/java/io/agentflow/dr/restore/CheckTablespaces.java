package io.agentflow.dr.restore;

import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;

/** Whether the target has the backup's tablespaces and the role that restores may use them. */
final class CheckTablespaces {
    private final Sql sql;
    private final Manifest manifest;
    private final RestoreOptions options;
    private final Globals globals;

    CheckTablespaces(Sql sql, Manifest manifest, RestoreOptions options, Globals globals) {
        this.sql = sql;
        this.manifest = manifest;
        this.options = options;
        this.globals = globals;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (options.noTablespaces()) {
            return findings;
        }
        for (String needed : manifest.needs().tablespaces()) {
            if (!sql.yes("SELECT EXISTS (SELECT FROM pg_tablespace WHERE spcname = ?)", needed)) {
                findings.add(Finding.stop(
                        "the tablespace " + needed + " is missing",
                        "tables or indexes lie in it",
                        "Make its directory on the server, then: "
                                + globals.tablespace(needed)
                                        .orElse("CREATE TABLESPACE " + Sql.identifier(needed) + " LOCATION '…';")
                                + " or add --no-tablespaces"));
            } else if (!sql.yes("SELECT has_tablespace_privilege(?, 'CREATE')", needed)) {
                findings.add(Finding.stop(
                        "this role may not create anything in the tablespace " + needed,
                        "tables or indexes lie in it",
                        "GRANT CREATE ON TABLESPACE " + Sql.identifier(needed) + " TO "
                                + Sql.identifier(sql.text("SELECT current_user")) + "; or add --no-tablespaces"));
            }
        }
        return findings;
    }
}
