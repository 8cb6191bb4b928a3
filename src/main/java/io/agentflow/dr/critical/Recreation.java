package io.agentflow.dr.critical;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Runs the statements that make missing tables again, and what went with them; what is there already stays as it is. */
final class Recreation {
    /** SQLSTATEs of what exists: relation, object, function, schema, a second primary key, an attached partition. */
    private static final Set<String> EXISTS = Set.of("42P07", "42710", "42723", "42P06", "42P16", "42809");

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private final LiveTables live;
    private final TableObjects objects;
    private final List<ArchiveScript.Part> structure = new ArrayList<>();
    private final List<ArchiveScript.Part> completion = new ArrayList<>();
    private final Set<Integer> notMade = new HashSet<>();

    Recreation(LiveTables live, TableObjects objects, List<ArchiveScript.Part> parts) {
        this.live = live;
        this.objects = objects;
        boolean after = false;
        for (ArchiveScript.Part part : parts) {
            after = after || part.afterRows();
            (after ? completion : structure).add(part);
        }
    }

    /** Makes what must be there before the rows. */
    void structure() {
        structure.forEach(this::run);
    }

    /** Makes what comes after the rows. */
    void completion() {
        completion.forEach(this::run);
    }

    private void run(ArchiveScript.Part part) {
        ArchiveEntry entry = part.entry();
        Sql sql = live.sql();
        if (objects.root(entry)) {
            part.statements().forEach(sql::run);
        } else if (!objects.attachment(entry) || entry.needs().stream().noneMatch(notMade::contains)) {
            sql.run("SAVEPOINT entry");
            try {
                part.statements().forEach(sql::run);
            } catch (AfException e) {
                failed(part, e);
            }
            sql.run("RELEASE SAVEPOINT entry");
        }
        // They are meant for what comes next.
        part.settings().forEach(sql::run);
    }

    private void failed(ArchiveScript.Part part, AfException e) {
        String state = PgFailures.state(e);
        if (state.isEmpty() || e.retryable()) {
            throw e;
        }
        live.sql().run("ROLLBACK TO SAVEPOINT entry");
        if (EXISTS.contains(state)) {
            notMade.add(part.entry().id());
            return;
        }
        if (state.equals(FOREIGN_KEY_VIOLATION)) {
            String orphans = orphans(part);
            live.sql().run("ROLLBACK TO SAVEPOINT entry");
            throw new Refused(
                    (orphans.isEmpty() ? e.fact() : orphans),
                    "Nothing was changed. Delete or mend these rows, or restore the whole database beside: --target-database-url",
                    e);
        }
        throw new Refused("the " + part.entry() + " cannot be made again: " + e.fact(), "Nothing was changed.", e);
    }

    /** Makes the foreign key without its check, and asks which rows break it. */
    private String orphans(ArchiveScript.Part part) {
        Sql sql = live.sql();
        try {
            List<String> statements = part.statements();
            for (String statement : statements) {
                sql.run(statement.contains(" FOREIGN KEY ") ? statement + " NOT VALID" : statement);
            }
            return ForeignKey.notValidated(sql).stream()
                    .map(key -> key.orphans(sql, key.table()))
                    .filter(text -> !text.isEmpty())
                    .reduce((one, two) -> one + "; " + two)
                    .orElse("");
        } catch (AfException e) {
            // A partitioned table cannot have one before PostgreSQL 18: the server's own words must do.
            return "";
        }
    }
}
