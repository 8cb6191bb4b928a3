package io.agentflow.dr.critical;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.EndStalled;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.postgres.SureCommit;
import io.agentflow.dr.restore.Finding;
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
     * @throws io.agentflow.dr.core.AfException never one that may be tried again once COMMIT was sent
     */
    public CriticalRun.Committed commit(CriticalRun.Proven proven) {
        CriticalRun.Opened opened = proven.completed().filled().recreated().opened();
        Operation operation = opened.operation();
        Sql sql = opened.live().sql();
        opened.eventTriggers().restore(sql);
        List<TableOutcome> tables = outcomes(proven);
        new SureCommit(
                        operation,
                        () -> Connections.open(opened.request().target(), operation.sessionName("commit")),
                        opened.request().stall())
                .commit(sql, "the tables are in " + opened.request().database());
        List<String> warnings = new ArrayList<>(opened.notes());
        warnings.addAll(analyze(opened));
        warnings.addAll(emptied(opened));
        return new CriticalRun.Committed(
                operation,
                opened.request(),
                tables,
                warnings,
                Duration.between(operation.startedAt(), clock.instant()));
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

    /** Who names only the table of the DELETE still misses what went with its rows. */
    private static List<String> emptied(CriticalRun.Opened opened) {
        if (!opened.request().tables().replace()) {
            return List.of();
        }
        try (EndStalled sessions = sessions(opened, "emptied");
                Sql sql = sessions.open()) {
            return new EmptiedTables(opened.fetched(), new LiveTables(sql))
                    .findings().stream().map(Finding::line).toList();
        } catch (AfException e) {
            return List.of("whether other tables have fewer rows than in the backup could not be seen: " + e.fact());
        }
    }

    private static EndStalled sessions(CriticalRun.Opened opened, String act) {
        return new EndStalled(
                opened.operation(),
                opened.request().target(),
                act,
                opened.request().stall());
    }

    /** What came back has no statistics, and what was replaced has old ones. */
    private static List<String> analyze(CriticalRun.Opened opened) {
        List<String> problems = new ArrayList<>();
        if (opened.idle()) {
            return problems;
        }
        try (EndStalled sessions = sessions(opened, "analyze");
                Sql sql = sessions.open()) {
            sql.run("SET lock_timeout = '5s'");
            for (ChosenTable table : opened.fetched().chosen()) {
                if (opened.missing().contains(table.table().oid())
                        || opened.request().tables().replace()) {
                    sql.run("ANALYZE " + table.table().sqlName());
                }
            }
        } catch (AfException e) {
            problems.add("no statistics were collected: " + e.fact());
        }
        return problems;
    }
}
