package io.agentflow.dr.cli;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.restore.RestoreOptions;
import io.agentflow.dr.restore.RestoreType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which what is restored may differ from what was backed up; called as pg_restore calls them. */
final class RestoreDeviations {
    @Option(
            names = "--create-roles",
            description = "Make the roles that the target lacks from the backup's globals; never change another one.")
    boolean createRoles;

    @Option(
            names = "--role-passwords",
            description = "With --create-roles: give them their passwords, if the backup holds them.")
    boolean rolePasswords;

    @Option(
            names = "--create-tablespaces",
            description =
                    "Make the tablespaces that the target lacks from the backup's globals, in the same directories.")
    boolean createTablespaces;

    @Option(
            names = {"-O", "--no-owner"},
            description = "Everything belongs to the role that restores.")
    boolean noOwner;

    @Option(
            names = {"-x", "--no-privileges"},
            description = "Grant nothing.")
    boolean noPrivileges;

    @Option(names = "--no-tablespaces", description = "Put everything into the default tablespace.")
    boolean noTablespaces;

    @Option(names = "--no-security-labels", description = "Leave security labels out.")
    boolean noSecurityLabels;

    @Option(
            names = "--keep-staging",
            description = "If the restore fails, leave what was restored so far in its staging database.")
    boolean keepStaging;

    @Option(names = "--role", paramLabel = "ROLE", description = "Restore as this role (SET ROLE).")
    @Nullable
    String role;

    /** @throws UsageError if one was given that only a whole database can be restored with */
    void requireFor(RestoreType type) {
        if (type == RestoreType.CRITICAL && (createRoles || createTablespaces || keepStaging || role != null)) {
            throw new UsageError(
                    (createRoles
                                    ? "--create-roles"
                                    : createTablespaces
                                            ? "--create-tablespaces"
                                            : keepStaging ? "--keep-staging" : "--role")
                            + " is of no meaning for a critical restore",
                    "Leave it out.");
        }
    }

    RestoreOptions options() {
        return new RestoreOptions(
                createRoles,
                rolePasswords,
                createTablespaces,
                noOwner,
                noPrivileges,
                noTablespaces,
                noSecurityLabels,
                keepStaging,
                role);
    }
}
