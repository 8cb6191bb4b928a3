package io.agentflow.dr.restore;

import io.agentflow.dr.core.ShellWord;
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
                findings.add(options.createTablespaces() ? created(needed) : missing(needed));
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

    private Finding missing(String needed) {
        String directory =
                globals.directory(needed).map(at -> makingOf(at) + "; then ").orElse("");
        return Finding.stop(
                "the tablespace " + needed + " is missing",
                "tables or indexes lie in it",
                directory
                        + globals.tablespace(needed)
                                .orElse("CREATE TABLESPACE " + Sql.identifier(needed) + " LOCATION '…';")
                        + " or add --create-tablespaces, or --no-tablespaces");
    }

    private Finding created(String needed) {
        if (globals.tablespace(needed).isEmpty()) {
            return missing(needed);
        }
        if (!sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
            return Finding.stop(
                    "the tablespace " + needed + " is missing",
                    "only a superuser may make one",
                    "Restore as a superuser, or add --no-tablespaces");
        }
        return globals.directory(needed)
                .filter(at -> sql.yes("SELECT NOT coalesce((pg_stat_file(?, true)).isdir, false)", at))
                .map(at -> Finding.stop(
                        "the directory " + at + " of the tablespace " + needed + " is missing",
                        "only the server's own machine can make it",
                        makingOf(at)))
                .orElseGet(() -> Finding.note(
                        "the tablespace " + needed + " is created", "the backup holds it and the target does not", ""));
    }

    private static String makingOf(String directory) {
        return "On the server's machine: install -d -m 700 -o postgres -g postgres " + ShellWord.of(directory);
    }
}
