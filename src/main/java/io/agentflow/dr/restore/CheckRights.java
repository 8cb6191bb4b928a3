package io.agentflow.dr.restore;

import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.DatabaseProperties.Setting;
import io.agentflow.dr.postgres.PrivilegedObjects;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the role that restores may make what the backup holds. A superuser may. */
final class CheckRights {
    /** From here on what only superusers could do can be granted: subscriptions, and belonging to a role by SET. */
    private static final int GRANTABLE = 16;

    private final Sql sql;
    private final Manifest manifest;
    private final RestoreOptions options;
    private final int major;
    private final String me;
    private final List<Finding> findings = new ArrayList<>();

    CheckRights(Sql sql, Manifest manifest, RestoreOptions options) {
        this.sql = sql;
        this.manifest = manifest;
        this.options = options;
        this.major = sql.serverVersion().major();
        this.me = Sql.identifier(sql.text("SELECT current_user"));
    }

    List<Finding> findings() {
        restoreAs(options.role());
        if (sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
            return findings;
        }
        if (!sql.yes("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")) {
            findings.add(Finding.stop(
                    "this role may not create databases",
                    "the backup is restored beside the live database",
                    "ALTER ROLE " + me + " CREATEDB; or use a superuser"));
        }
        privileged();
        subscriptions();
        owners();
        manifest.properties().settings().forEach(this::setting);
        return findings;
    }

    private void restoreAs(@Nullable String role) {
        if (role == null) {
            return;
        }
        if (!sql.yes("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ?)", role)) {
            findings.add(Finding.stop(
                    "role " + role + " is missing", "--role names it", "CREATE ROLE " + Sql.identifier(role) + ";"));
        } else if (!sql.yes("SELECT pg_has_role(?, ?)", role, setRole())) {
            findings.add(Finding.stop(
                    "this role is not a member of " + role,
                    "--role makes it act as that one",
                    "GRANT " + Sql.identifier(role) + " TO " + me + ";"));
        }
    }

    private String setRole() {
        return major >= GRANTABLE ? "SET" : "MEMBER";
    }

    private void privileged() {
        for (String kind : PrivilegedObjects.ofSuperusers()) {
            long objects = manifest.objects().getOrDefault(kind, 0L);
            if (objects > 0) {
                findings.add(
                        ManagedService.administers(sql)
                                ? ManagedService.mayCreate("the backup has " + kind + " (" + objects + ")")
                                : Finding.stop(
                                        "the backup has " + kind + " (" + objects + ")",
                                        "only a superuser may create them",
                                        "Restore as a superuser, or make this role one meanwhile: ALTER ROLE " + me
                                                + " SUPERUSER;"));
            }
        }
    }

    private void subscriptions() {
        long subscriptions = manifest.objects().getOrDefault(PrivilegedObjects.SUBSCRIPTIONS, 0L);
        if (subscriptions == 0) {
            return;
        }
        if (major < GRANTABLE) {
            findings.add(Finding.stop(
                    "the backup has subscriptions (" + subscriptions + ")",
                    "only a superuser may create them",
                    "Restore as a superuser, or make this role one meanwhile: ALTER ROLE " + me + " SUPERUSER;"));
        } else if (!sql.yes("SELECT pg_has_role('pg_create_subscription', 'USAGE')")) {
            findings.add(Finding.stop(
                    "the backup has subscriptions (" + subscriptions + ")",
                    "this role may not create them",
                    "GRANT pg_create_subscription TO " + me + ";"));
        }
    }

    private void owners() {
        if (options.noOwner()) {
            return;
        }
        manifest.owned().forEach((role, objects) -> {
            if (sql.yes("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ?)", role)
                    && !sql.yes("SELECT pg_has_role(?, ?)", role, setRole())) {
                findings.add(Finding.stop(
                        "this role is not a member of " + role + ", which owns " + CheckRoles.counted(objects),
                        "it could not give them to " + role,
                        "GRANT " + Sql.identifier(role) + " TO " + me + "; or add --no-owner"));
            }
        });
    }

    /** The database works without it, so that it is no obstacle. */
    private void setting(Setting setting) {
        String of = setting.role() == null
                ? "ALTER DATABASE …"
                : "ALTER ROLE " + Sql.identifier(setting.role()) + " IN DATABASE …";
        boolean mine = setting.role() == null
                || sql.yes(
                        "SELECT rolcreaterole OR rolname = ? FROM pg_roles WHERE rolname = current_user",
                        setting.role());
        if (!mine || ofSuperusers(setting.name())) {
            findings.add(Finding.note(
                    "the setting " + setting.name() + (setting.role() == null ? "" : " of the role " + setting.role())
                            + " is not applied",
                    "this role may not set it",
                    "Afterwards, as a superuser: " + of + " SET " + setting.name() + " TO "
                            + Sql.literal(setting.value()) + ";"));
        }
    }

    private boolean ofSuperusers(String name) {
        return sql.yes(
                "SELECT EXISTS (SELECT FROM pg_settings WHERE name = ? AND context LIKE 'superuser%')"
                        + (major >= 15 ? " AND NOT has_parameter_privilege(?, 'SET')" : " AND ?::text IS NOT NULL"),
                name,
                name);
    }
}
