package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.DatabaseProperties.Grant;
import io.agentflow.dr.postgres.DatabaseProperties.Setting;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;

/** Gives a database what belongs to the database itself: owner, privileges, settings, limits. */
final class ApplyProperties {
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
        if (!options.noOwner()) {
            attempt("ALTER DATABASE " + name + " OWNER TO " + Sql.identifier(properties.owner()), problems);
        }
        if (properties.connectionLimit() != -1) {
            attempt("ALTER DATABASE " + name + " CONNECTION LIMIT " + properties.connectionLimit(), problems);
        }
        if (properties.template()) {
            attempt("ALTER DATABASE " + name + " IS_TEMPLATE true", problems);
        }
        List<Grant> grants = properties.grants();
        if (grants != null && !options.noPrivileges()) {
            String owner = options.noOwner() ? "CURRENT_USER" : Sql.identifier(properties.owner());
            attempt("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC, " + owner, problems);
            grants.forEach(grant -> attempt(
                    "GRANT " + grant.privilege() + " ON DATABASE " + name + " TO "
                            + (grant.role() == null ? "PUBLIC" : Sql.identifier(grant.role()))
                            + (grant.grantable() ? " WITH GRANT OPTION" : ""),
                    problems));
        }
        properties.settings().forEach(setting -> set(name, setting, problems));
        return problems;
    }

    /**
     * Settings whose value is a list must not be quoted as one string. Taking over the session's current value leaves
     * the quoting to the server; what a session may not set is given as a string.
     */
    private void set(String database, Setting setting, List<String> problems) {
        String of = setting.role() == null
                ? "ALTER DATABASE " + database
                : "ALTER ROLE " + Sql.identifier(setting.role()) + " IN DATABASE " + database;
        String parameter = setting.name().contains(".")
                ? setting.name().replaceAll("[^.]+", "\"$0\"")
                : Sql.identifier(setting.name());
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
