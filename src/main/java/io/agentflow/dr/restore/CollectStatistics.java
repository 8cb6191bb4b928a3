package io.agentflow.dr.restore;

import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.EndStalled;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.PgToolSet;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.ToolFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects the planner's statistics of what was loaded, so that nobody meets a database that is slow at first. */
final class CollectStatistics {
    /** From here on a server tells a changed setting only at the end of a statement, when the function has reset it. */
    private static final int TELLS_LATE = 14;

    private final Programs programs;
    private final PgToolSet tools;
    private final Operation operation;
    private final DatabaseUrl staging;
    private final Duration stall;

    CollectStatistics(Programs programs, PgToolSet tools, RestoreRun.Staged staged) {
        this.programs = programs;
        this.tools = tools;
        this.operation = staged.operation();
        this.staging = staged.url();
        this.stall = staged.request().stall();
    }

    /** Collects them and says why they are missing where they are. */
    List<String> problems() {
        try (EndStalled sessions = new EndStalled(operation, staging, "analyze", stall)) {
            return problems(sessions);
        }
    }

    private List<String> problems(EndStalled sessions) {
        List<String> problems = new ArrayList<>();
        Sql sql = sessions.open();
        try {
            boolean tellsLate = sql.serverVersion().major() >= TELLS_LATE;
            for (String table : new DatabaseCatalog(sql).analyzable()) {
                try {
                    sql.run("ANALYZE " + table);
                } catch (OperationFailed e) {
                    underOwnPath(sql, table).ifPresent(problems::add);
                } catch (ConnectionLost e) {
                    if (tellsLate) {
                        throw e;
                    }
                    // An index on a function that sets DateStyle: pgJDBC gives up the session as soon as it hears of
                    // it.
                    sql.close();
                    sql = sessions.open();
                    byPsql(table, problems);
                }
            }
            return problems;
        } finally {
            sql.close();
        }
    }

    /** An index on a function that relies on the search path of the database. */
    private static Optional<String> underOwnPath(Sql sql, String table) {
        try {
            sql.run("RESET search_path; ANALYZE " + table);
            return Optional.empty();
        } catch (OperationFailed e) {
            return Optional.of("no statistics of " + table + ": " + e.fact());
        } finally {
            sql.run("SET search_path = pg_catalog");
        }
    }

    private void byPsql(String table, List<String> problems) {
        try {
            programs.output(
                    PgCommand.analyze(tools, staging.with("application_name", operation.sessionName("analyze")), table)
                            .program());
        } catch (ToolFailedException e) {
            problems.add("no statistics of " + table + ": " + PgFailures.of(e).fact());
        } catch (IOException e) {
            problems.add("no statistics of " + table + ": " + e.getMessage());
        }
    }
}
