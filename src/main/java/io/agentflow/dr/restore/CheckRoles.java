package io.agentflow.dr.restore;

import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Whether the roles that the backup names are there or can be made. */
final class CheckRoles {
    private final Sql sql;
    private final Manifest manifest;
    private final RestoreOptions options;
    private final Globals globals;
    private final Set<String> present;
    private final boolean superuser;
    private final String me;

    CheckRoles(Sql sql, Manifest manifest, RestoreOptions options, Globals globals) {
        this.sql = sql;
        this.manifest = manifest;
        this.options = options;
        this.globals = globals;
        this.present = Set.copyOf(sql.texts("SELECT rolname FROM pg_roles"));
        this.superuser = sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
        this.me = Sql.identifier(sql.text("SELECT current_user"));
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        manifest.needs().roles().stream()
                .filter(role -> !present.contains(role))
                .forEach(role -> findings.add(missing(role)));
        created(findings);
        return findings;
    }

    private Finding missing(String role) {
        long objects = manifest.owned().getOrDefault(role, 0L);
        String fact = "role " + role + " is missing" + (objects == 0 ? "" : " (owns " + counted(objects) + ")");
        if (options.createRoles() && globals.roles().contains(role)) {
            return Finding.note("role " + role + " is created", "the backup holds it and the target does not", "");
        }
        if (options.noOwner() && options.noPrivileges()) {
            return Finding.note(fact, "owners and privileges are left out, as you asked", "");
        }
        return Finding.stop(fact, "nothing could belong to it or be granted to it", creating(role));
    }

    /** As the backed-up cluster had it: a role made without LOGIN would be there, and nobody could use it. */
    private String creating(String role) {
        List<String> statements = globals.creating(Set.of(role), false).stream()
                .filter(statement -> statement.matches("(?s)(CREATE|ALTER) ROLE .*"))
                .toList();
        return (statements.isEmpty() ? "CREATE ROLE " + Sql.identifier(role) : String.join("; ", statements))
                + "; or add --create-roles";
    }

    static String counted(long objects) {
        return objects + (objects == 1 ? " object" : " objects");
    }

    private void created(List<Finding> findings) {
        if (!options.createRoles()) {
            return;
        }
        Set<String> others = new LinkedHashSet<>(globals.roles());
        others.removeAll(present);
        if (!others.isEmpty()
                && !superuser
                && !sql.yes("SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user")) {
            findings.add(Finding.stop(
                    "this role may not create roles",
                    "--create-roles needs that",
                    "ALTER ROLE " + me + " CREATEROLE;"));
        }
        others.removeAll(manifest.needs().roles());
        if (!others.isEmpty()) {
            findings.add(Finding.note(
                    "roles of the backed-up cluster that this database does not need are created, too: "
                            + String.join(", ", others),
                    "the globals hold the whole cluster's roles",
                    ""));
        }
    }
}
