package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.DatabaseProperties.Grant;
import io.agentflow.dr.postgres.DatabaseProperties.Setting;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Gives a database what belongs to the database itself: owner, privileges, settings, limits. */
final class ApplyProperties {
    /** GUC_LIST_QUOTE in PostgreSQL's guc_tables.c; pg_dump has the same list. */
    private static final Set<String> LISTS = Set.of(
            "local_preload_libraries",
            "search_path",
            "session_preload_libraries",
            "shared_preload_libraries",
            "temp_tablespaces",
            "unix_socket_directories");

    /** What would make the load's sessions somebody else: set when nothing is left to load. */
    private static final Set<String> IDENTITY = Set.of("role", "session_authorization");

    private final Sql sql;

    ApplyProperties(Sql sql) {
        this.sql = sql;
    }

    /**
     * Applies all that can be applied.
     *
     * @return what could not be applied and why
     */
    List<String> apply(DatabaseName database, DatabaseProperties properties, RestoreOptions options) {
        List<String> problems = new ArrayList<>();
        String name = Sql.identifier(database.text());
        List<Grant> grants = properties.grants();
        if (grants == null || options.noPrivileges()) {
            // The built-in privilege, which the staging database had not; while whoever restores still owns it.
            attempt("GRANT CONNECT ON DATABASE " + name + " TO PUBLIC", problems);
        }
        if (options.role() != null) {
            attempt("REVOKE CONNECT ON DATABASE " + name + " FROM SESSION_USER", problems);
        }
        if (!options.noOwner()) {
            attempt("ALTER DATABASE " + name + " OWNER TO " + Sql.identifier(properties.owner()), problems);
        }
        if (properties.connectionLimit() != -1) {
            attempt("ALTER DATABASE " + name + " CONNECTION LIMIT " + properties.connectionLimit(), problems);
        }
        if (properties.template()) {
            attempt("ALTER DATABASE " + name + " IS_TEMPLATE true", problems);
        }
        if (grants != null && !options.noPrivileges()) {
            String role = options.role();
            String owner = !options.noOwner()
                    ? Sql.identifier(properties.owner())
                    : role == null ? "CURRENT_USER" : Sql.identifier(role);
            attempt("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC, " + owner, problems);
            grants.forEach(grant -> attempt(
                    "GRANT " + grant.privilege() + " ON DATABASE " + name + " TO "
                            + (grant.role() == null ? "PUBLIC" : Sql.identifier(grant.role()))
                            + (grant.grantable() ? " WITH GRANT OPTION" : ""),
                    problems));
        }
        properties.settings().stream()
                .filter(setting -> IDENTITY.contains(setting.name().toLowerCase(Locale.ROOT)))
                .forEach(setting -> set(name, setting, problems));
        return problems;
    }

    /**
     * Applies the settings. They are there before the first row is: a materialised view, a check or an index may give
     * other results under another time zone.
     *
     * @return what could not be applied and why
     */
    List<String> settings(DatabaseName database, DatabaseProperties properties) {
        List<String> problems = new ArrayList<>();
        properties.settings().stream()
                .filter(setting -> !IDENTITY.contains(setting.name().toLowerCase(Locale.ROOT)))
                .forEach(setting -> set(Sql.identifier(database.text()), setting, problems));
        return problems;
    }

    /**
     * Settings whose value is a list of names must not be quoted as one string: taking over the session's current value
     * leaves the quoting to the server. All others are strings; some of them, such as DateStyle, this session could not
     * take over without losing its connection.
     */
    private void set(String database, Setting setting, List<String> problems) {
        String of = setting.role() == null
                ? "ALTER DATABASE " + database
                : "ALTER ROLE " + Sql.identifier(setting.role()) + " IN DATABASE " + database;
        String parameter = setting.name().contains(".")
                ? setting.name().replaceAll("[^.]+", "\"$0\"")
                : Sql.identifier(setting.name());
        if (!LISTS.contains(setting.name().toLowerCase(Locale.ROOT))) {
            attempt(of + " SET " + parameter + " TO " + Sql.literal(setting.value()), problems);
            return;
        }
        try {
            sql.run("BEGIN");
            sql.text("SELECT set_config(?, ?, true)", setting.name(), setting.value());
            sql.run(of + " SET " + parameter + " FROM CURRENT");
            sql.run("COMMIT");
        } catch (AfException e) {
            sql.run("ROLLBACK");
            attempt(of + " SET " + parameter + " TO " + Sql.literal(setting.value()), problems);
        }
    }

    private void attempt(String statement, List<String> problems) {
        try {
            sql.run(statement);
        } catch (AfException e) {
            problems.add("not applied: " + statement + ": " + e.fact());
        }
    }
}
