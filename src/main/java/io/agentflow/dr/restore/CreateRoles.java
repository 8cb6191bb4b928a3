package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.postgres.Sql;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Makes the roles that the target lacks from the backup's globals, all of them or none; never changes another one. */
public final class CreateRoles {
    private static final Pattern GRANTOR = Pattern.compile(" GRANTED BY (\"(?:[^\"]|\"\")+\"|[^\\s;\"]+)");

    /**
     * Makes them if that was asked for.
     *
     * @throws Refused if one cannot be made; then none was
     */
    public RestoreRun.Planned create(RestoreRun.Planned planned) {
        RestoreOptions options = planned.request().options();
        if (!options.createRoles()) {
            return planned;
        }
        Sql sql = planned.maintenance().sql();
        Globals globals = Globals.of(
                planned.backup().folder(),
                planned.backup().manifest(),
                planned.request().store().name());
        Set<String> missing = new LinkedHashSet<>(globals.roles());
        sql.texts("SELECT rolname FROM pg_roles").forEach(missing::remove);
        sql.run("BEGIN");
        try {
            for (String statement : globals.creating(missing, options.rolePasswords())) {
                run(planned, sql, statement);
            }
            sql.run("COMMIT");
        } catch (AfException e) {
            if (!(e instanceof ConnectionLost)) {
                sql.run("ROLLBACK");
            }
            throw e;
        }
        if (!missing.isEmpty()) {
            planned.operation()
                    .events()
                    .accept(new OperationEvent.PartDone("roles", "created " + String.join(", ", missing)));
        }
        List<String> locked = globals.withoutPassword(missing, options.rolePasswords());
        if (!locked.isEmpty()) {
            planned.operation()
                    .events()
                    .accept(new OperationEvent.Warned("made without a password, so who must give one cannot log in as "
                            + String.join(", ", locked)
                            + ": set one with psql's \\password, or restore with --role-passwords from a backup that"
                            + " holds them"));
        }
        globals.leftOut(missing)
                .forEach(grant -> planned.operation()
                        .events()
                        .accept(new OperationEvent.Warned(
                                "not done, since it would change a role that existed already: " + grant)));
        return planned;
    }

    /** Who granted a membership may not exist here, or may not grant it: then it is granted by us. */
    private static void run(RestoreRun.Planned planned, Sql sql, String statement) {
        sql.run("SAVEPOINT one");
        try {
            sql.run(statement);
        } catch (AfException e) {
            if (!e.retryable() && Globals.ofParameter(statement)) {
                sql.run("ROLLBACK TO SAVEPOINT one");
                planned.operation()
                        .events()
                        .accept(new OperationEvent.Warned("not done: " + statement + "; " + e.fact()));
                return;
            }
            String ours = GRANTOR.matcher(statement).replaceFirst("");
            if (e.retryable() || ours.equals(statement)) {
                throw e.retryable() ? e : refused(statement, e);
            }
            sql.run("ROLLBACK TO SAVEPOINT one");
            sql.run(ours);
        }
        sql.run("RELEASE SAVEPOINT one");
    }

    /** The statement may hold a password, the server's message does not. */
    private static Refused refused(String statement, AfException e) {
        return new Refused(
                "a role cannot be created (" + statement.replaceFirst("(?s) (WITH|IS|SET) .*", "") + " …): " + e.fact(),
                "Have a superuser create it, or restore as one.",
                e);
    }
}
