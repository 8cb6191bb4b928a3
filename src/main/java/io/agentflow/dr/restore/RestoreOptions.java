package io.agentflow.dr.restore;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In what the restored database may differ from the one that was backed up, and what may be done to the cluster for it.
 *
 * @param createRoles whether roles that the target lacks are made from the backup's globals
 * @param rolePasswords whether they get their passwords, if the backup holds them
 * @param createTablespaces whether tablespaces that the target lacks are made from the backup's globals
 * @param noOwner everything belongs to the role that restores, as with {@code pg_restore --no-owner}
 * @param noPrivileges nothing is granted, as with {@code pg_restore --no-privileges}
 * @param noTablespaces everything is in the default tablespace, as with {@code pg_restore --no-tablespaces}
 * @param noSecurityLabels nothing is labelled, as with {@code pg_restore --no-security-labels}
 * @param keepStaging whether what was restored stays for somebody to look at when the restore fails
 * @param role the role to restore as, as with {@code pg_restore --role}; null for the one that connects
 */
public record RestoreOptions(
        boolean createRoles,
        boolean rolePasswords,
        boolean createTablespaces,
        boolean noOwner,
        boolean noPrivileges,
        boolean noTablespaces,
        boolean noSecurityLabels,
        boolean keepStaging,
        @Nullable String role) {
    /** Everything as it was. */
    public static final RestoreOptions EXACT =
            new RestoreOptions(false, false, false, false, false, false, false, false, null);

    /** As {@code af backup restore} takes them. */
    List<String> typed() {
        List<String> typed = new ArrayList<>();
        if (createRoles) {
            typed.add("--create-roles");
        }
        if (rolePasswords) {
            typed.add("--role-passwords");
        }
        if (createTablespaces) {
            typed.add("--create-tablespaces");
        }
        if (keepStaging) {
            typed.add("--keep-staging");
        }
        typed.addAll(arguments());
        return typed;
    }

    /** As pg_restore takes them. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (noOwner) {
            arguments.add("--no-owner");
        }
        if (noPrivileges) {
            arguments.add("--no-privileges");
        }
        if (noTablespaces) {
            arguments.add("--no-tablespaces");
        }
        if (noSecurityLabels) {
            arguments.add("--no-security-labels");
        }
        if (role != null) {
            arguments.add("--role=" + role);
        }
        return arguments;
    }
}
