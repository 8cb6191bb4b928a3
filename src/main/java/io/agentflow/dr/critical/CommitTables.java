package io.agentflow.dr.critical;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes a proven critical restore last. */
public final class CommitTables {
    private final Clock clock;

    public CommitTables(Clock clock) {
        this.clock = clock;
    }

    /**
     * Commits.
     *
     * @throws ConnectionLost if the connection broke and the server says that it did not commit
     */
    public CriticalRun.Committed commit(CriticalRun.Proven proven) {
        CriticalRun.Opened opened = proven.completed().filled().recreated().opened();
        Operation operation = opened.operation();
        Sql sql = opened.live().sql();
        opened.eventTriggers().restore(sql);
        String transaction = sql.text("SELECT pg_current_xact_id()::text");
        try {
            sql.run("COMMIT");
        } catch (ConnectionLost e) {
            if (!committed(opened, transaction)) {
                throw e;
            }
        }
        List<TableOutcome> tables = outcomes(proven);
        boolean changed = tables.stream().anyMatch(table -> table.action() != TableOutcome.Action.LEFT);
        if (changed) {
            operation.committed("the tables are in " + opened.request().database());
        }
        List<String> warnings = new ArrayList<>(opened.notes());
        warnings.addAll(analyze(opened));
        return new CriticalRun.Committed(
                operation,
                opened.request(),
                tables,
                warnings,
                Duration.between(operation.startedAt(), clock.instant()));
    }

    /** A connection that breaks at the commit leaves open whether it happened: the server knows. */
    private static boolean committed(CriticalRun.Opened opened, String transaction) {
        try (Sql sql =
                Connections.open(opened.request().target(), opened.operation().sessionName("commit"))) {
            return "committed".equals(sql.text("SELECT pg_xact_status(?::xid8)", transaction));
        }
    }

    private static List<TableOutcome> outcomes(CriticalRun.Proven proven) {
        CriticalRun.Filled filled = proven.completed().filled();
        CriticalRun.Opened opened = filled.recreated().opened();
        List<TableOutcome> outcomes = new ArrayList<>();
        for (ChosenTable table : opened.fetched().chosen()) {
            RowChanges changes = filled.changes().getOrDefault(table, RowChanges.NONE);
            Fingerprint proof = proven.proof().get(table);
            boolean made = opened.missing().contains(table.table().oid());
            TableOutcome.Action action = made
                    ? TableOutcome.Action.RECREATED
                    : opened.request().tables().replace() ? TableOutcome.Action.REPLACED : TableOutcome.Action.LEFT;
            outcomes.add(new TableOutcome(
                    table.table().schema(),
                    table.table().name(),
                    action,
                    proof == null ? null : proof.rows(),
                    changes.inserted(),
                    changes.updated(),
                    changes.deleted(),
                    proof != null && proof.hash() != null));
        }
        return outcomes;
    }

    /** What came back has no statistics, and what was replaced has old ones. */
    private static List<String> analyze(CriticalRun.Opened opened) {
        List<String> problems = new ArrayList<>();
        if (opened.idle()) {
            return problems;
        }
        try (Sql sql =
                Connections.open(opened.request().target(), opened.operation().sessionName("analyze"))) {
            sql.run("SET lock_timeout = '5s'");
            for (ChosenTable table : opened.fetched().chosen()) {
                if (opened.missing().contains(table.table().oid())
                        || opened.request().tables().replace()) {
                    sql.run("ANALYZE " + LiveTables.sqlName(table.table()));
                }
            }
        } catch (AfException e) {
            problems.add("no statistics were collected: " + e.fact());
        }
        return problems;
    }
}
