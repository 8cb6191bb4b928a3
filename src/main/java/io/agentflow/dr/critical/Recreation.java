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
import org.jspecify.annotations.Nullable;

/** Runs the statements that make missing tables again, and what went with them; what is there already stays as it is. */
final class Recreation {
    /** SQLSTATEs of what exists: relation, object, function, schema. */
    private static final Set<String> EXISTS = Set.of("42P07", "42710", "42723", "42P06");

    /** What the server says of text search objects that exist: it does not look for them before. */
    private static final String UNIQUE_VIOLATION = "23505";

    /** A second primary key, or a table that is attached already. */
    private static final Set<String> HAS_ONE = Set.of("42P16", "42809");

    private static final String UNDEFINED_OBJECT = "42704";
    private static final Set<String> VIEWS = Set.of("VIEW", "MATERIALIZED VIEW");
    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private final LiveTables live;
    private final TableObjects objects;
    private final List<ArchiveScript.Part> structure = new ArrayList<>();
    private final List<ArchiveScript.Part> completion = new ArrayList<>();
    private final Set<Integer> notMade = new HashSet<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> besides = new ArrayList<>();
    private @Nullable FreshPrivileges fresh;

    /** @param privileges whether the archive says whose privileges there are */
    Recreation(LiveTables live, TableObjects objects, List<ArchiveScript.Part> parts, boolean privileges) {
        this.live = live;
        this.fresh = privileges && !parts.isEmpty() ? new FreshPrivileges(live.sql()) : null;
        this.objects = objects;
        boolean after = false;
        List<ArchiveScript.Part> indexes = new ArrayList<>();
        List<ArchiveScript.Part> attachments = new ArrayList<>();
        for (ArchiveScript.Part part : parts) {
            after = after || part.afterRows();
            if (objects.attachesToWhatWasThere(part.entry())) {
                // A partition brings its indexes along, or the server would make others for it.
                attachments.add(part);
            } else if (!objects.attachesIndexOfWhatWasThere(part.entry())) {
                boolean early = objects.indexOfAttached(part.entry());
                (early ? indexes : after ? completion : structure).add(part);
            }
        }
        structure.addAll(indexes);
        structure.addAll(attachments);
    }

    /** Makes what must be there before the rows. */
    void structure() {
        structure.forEach(this::run);
    }

    /** Makes what comes after the rows. */
    void completion() {
        completion.forEach(this::run);
        resetPrivileges();
    }

    /** Once: what comes later are the privileges that the archive gives. */
    private void resetPrivileges() {
        if (fresh != null) {
            fresh.reset();
            fresh = null;
        }
    }

    /** What the operator must be told. */
    List<String> notes() {
        return notes;
    }

    /** What was missing besides the tables and was made for them. */
    List<String> besides() {
        return besides;
    }

    private void run(ArchiveScript.Part part) {
        ArchiveEntry entry = part.entry();
        Sql sql = live.sql();
        if (entry.kind().equals("ACL")) {
            resetPrivileges();
        }
        if (objects.root(entry)) {
            part.statements().forEach(sql::run);
        } else if (!belongsToWhatWasThere(entry)) {
            sql.run("SAVEPOINT entry");
            boolean made = attempt(part);
            sql.run("RELEASE SAVEPOINT entry");
            if (made && objects.prerequisite(entry) && !objects.attachment(entry)) {
                besides.add(entry.toString());
            }
        }
        // They are meant for what comes next.
        part.settings().forEach(sql::run);
    }

    /** What is there already stays as it is, with all that hangs on it. */
    private boolean belongsToWhatWasThere(ArchiveEntry entry) {
        if (entry.kind().equals("SEQUENCE OWNED BY") && entry.needs().stream().anyMatch(notMade::contains)) {
            throw taken(entry, null);
        }
        if (hangsOnWhatWasThere(entry)) {
            if (!objects.attachment(entry)) {
                notes.add("the " + entry + " belongs to something that is there already and was left as it is");
            }
            return true;
        }
        return false;
    }

    private boolean hangsOnWhatWasThere(ArchiveEntry entry) {
        boolean hangs =
                objects.attachment(entry) || objects.part(entry) || entry.kind().equals("MATERIALIZED VIEW DATA");
        return hangs
                && entry.needs().stream()
                        .filter(notMade::contains)
                        .anyMatch(id -> objects.attachment(entry)
                                || VIEWS.contains(objects.byId(id).kind()));
    }

    private boolean attempt(ArchiveScript.Part part) {
        try {
            part.statements().forEach(live.sql()::run);
            return true;
        } catch (AfException e) {
            failed(part, e);
            return false;
        }
    }

    private static Refused taken(ArchiveEntry entry, @Nullable AfException e) {
        return new Refused(
                "the " + entry
                        + " cannot be made: something of that name is there already, and belongs to another table",
                "Nothing was changed. Was the table renamed? Rename what it kept, too, or drop it, and restore again.",
                e);
    }

    private void failed(ArchiveScript.Part part, AfException e) {
        String state = PgFailures.state(e);
        if (state.isEmpty() || e.retryable()) {
            throw e;
        }
        live.sql().run("ROLLBACK TO SAVEPOINT entry");
        if (objects.part(part.entry()) && (EXISTS.contains(state) || HAS_ONE.contains(state))) {
            throw taken(part.entry(), e);
        }
        if (exists(part.entry(), state)) {
            notMade.add(part.entry().id());
            if (!objects.prerequisite(part.entry())) {
                notes.add("the " + part.entry() + " is there already and was left as it is");
            }
            return;
        }
        if (state.equals(UNDEFINED_OBJECT) && part.entry().kind().startsWith("PUBLICATION")) {
            notes.add("the " + part.entry() + " did not come back: " + e.fact());
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

    private static boolean exists(ArchiveEntry entry, String state) {
        return EXISTS.contains(state) || (entry.kind().startsWith("TEXT SEARCH ") && state.equals(UNIQUE_VIOLATION));
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
