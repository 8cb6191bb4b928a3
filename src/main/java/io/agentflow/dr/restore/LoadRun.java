package io.agentflow.dr.restore;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.RunningProgram;
import io.agentflow.dr.process.ToolRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One run of pg_restore: hears its messages, tells progress, and ends it at the first error that counts.
 *
 * <p>A deadlock is no such error: parallel workers of pg_restore run into one another where a table has a CLUSTER ON or
 * REPLICA IDENTITY index beside others. The server has undone the entry that lost; it, and what failed because it was
 * missing, is restored again by one worker alone. So is a GRANT that another role gave on, and that a second worker ran
 * before the GRANT on the schema that lets that role in.
 */
public final class LoadRun implements ToolRun {
    /**
     * What pg_restore sets before its words, each piece by a write of its own: its workers share one pipe, so the pieces
     * of one message may stand in the line of another. The words themselves, with the end of their line, are one write.
     * Source: {@code src/common/logging.c}, {@code pg_log_generic_v}.
     */
    private static final Pattern PIECES = Pattern.compile("(?:pg_restore:|error: |warning: |detail: |hint: | )*");

    private static final Pattern FINISHED = Pattern.compile("finished item \\d+ TABLE DATA .*");
    private static final Pattern ENTRY = Pattern.compile(
            "from TOC entry (\\d+); \\d+ (\\d+) (ACL |MATERIALIZED VIEW DATA |INDEX |COMMENT INDEX )?.*");

    /** What pg_restore tells of its own work, and what is no error whatever the names in it. */
    private static final Pattern ITS_WORK = Pattern.compile(
            "(?:creating|processing|finished|launching|entering|executing"
                    + "|connecting|skipping|dropping|while|from|setting|disabling|enabling|restoring|restored|Command) .*");

    /** What is an error even if its own {@code error: } stands in the line of another message. */
    private static final Pattern FAILED =
            Pattern.compile("(?:could not execute query|COPY failed for table|error returned by PQ).*");

    /** What the server itself says of a statement, and not that it has gone, or that its disk is full. */
    private static final Pattern REFUSED_STATEMENT =
            Pattern.compile("could not execute query: ERROR:  (?!.*(?i:no space left on device|disk full)).*");

    /** What a function is told that relies on a search path, and also what comes after an index that is not there. */
    private static final Pattern NOT_FOUND =
            Pattern.compile("could not execute query: ERROR:  .* does not exist(?:: .*)?");

    /** What pg_restore says at its end, when its workers are gone. */
    private static final Pattern IGNORED = Pattern.compile("errors ignored on restore: (\\d+)");

    /** Between these two its workers are at work. */
    private static final Pattern PARALLEL = Pattern.compile("(entering|finished) main parallel loop");

    /** Only what cannot change a row: everything else ends the restore. */
    private static final Pattern HARMLESS = Pattern.compile(".*must be owner of extension.*");

    /** A limit of its own session, which pg_restore 17 and newer lifts also where the server knows no such limit. */
    private static final Pattern MEANINGLESS =
            Pattern.compile(".*unrecognized configuration parameter \"transaction_timeout\".*");

    private final RestoreRun.Staged staged;
    private final PgCommand command;
    private final LoadProgress progress;
    private final boolean mayRepeat;
    private final List<String> warnings = new ArrayList<>();
    private final Set<String> repeated = new LinkedHashSet<>();
    private final Set<TableEntry> unfilled = new LinkedHashSet<>();
    private final List<String> indexes = new ArrayList<>();

    /** What failed, in the order in which it was named: two workers may name theirs before either says what is wrong. */
    private final Map<String, String> failed = new LinkedHashMap<>();

    private String entry = "";
    private String kind = "";
    private int heard;
    private int ignored;
    private boolean parallel;
    private boolean workers;
    private boolean meaningless;
    private int failedEntries;
    private @Nullable TableEntry view;
    private @Nullable String error;

    /**
     * A run that is not started yet.
     *
     * @param mayRepeat whether entries that lost a deadlock are left for another run
     */
    LoadRun(RestoreRun.Staged staged, PgCommand command, LoadProgress progress, boolean mayRepeat) {
        this.staged = staged;
        this.command = command;
        this.progress = progress;
        this.mayRepeat = mayRepeat;
    }

    public RestoreRun.Staged staged() {
        return staged;
    }

    @Override
    public Operation operation() {
        return staged.operation();
    }

    @Override
    public ExternalProgram program() {
        return command.program();
    }

    LoadProgress progress() {
        return progress;
    }

    /** The run that restores what is left of this one, and knows what this one had to say. */
    synchronized LoadRun again(PgCommand left) {
        LoadRun next = new LoadRun(staged, left, progress, false);
        next.warnings.addAll(warnings);
        next.unfilled.addAll(unfilled);
        next.indexes.addAll(indexes);
        return next;
    }

    @Override
    public synchronized void said(RunningProgram program, String line) {
        Matcher pieces = PIECES.matcher(line);
        String words = pieces.lookingAt() ? line.substring(pieces.end()) : line;
        Matcher toc = ENTRY.matcher(words);
        Matcher end = IGNORED.matcher(words);
        Matcher loop = PARALLEL.matcher(words);
        if (end.matches()) {
            ignored = Integer.parseInt(end.group(1));
        } else if (loop.matches()) {
            parallel = loop.group(1).equals("entering");
            workers = true;
        } else if (toc.matches()) {
            failedEntries += parallel ? 1 : 0;
            entry = toc.group(1);
            kind = toc.group(3) == null ? "" : toc.group(3).strip();
            failed.put(entry, kind);
            view = kind.equals("MATERIALIZED VIEW DATA") ? view(Long.parseLong(toc.group(2))) : null;
        } else if (FINISHED.matcher(words).matches()) {
            progress.finishedOne();
        } else if (error == null && isError(pieces.group(), words)) {
            classify(program, words);
        }
    }

    private static boolean isError(String pieces, String words) {
        return FAILED.matcher(words).matches()
                || (pieces.contains("error: ") && !ITS_WORK.matcher(words).matches());
    }

    private void classify(RunningProgram program, String said) {
        if (MEANINGLESS.matcher(said).matches()) {
            meaningless = true;
            return;
        }
        heard++;
        if (HARMLESS.matcher(said).matches()) {
            // It is heard again when it was restored again beside another.
            if (!warnings.contains(said)) {
                warnings.add(said);
            }
        } else if (mayRepeat && !entry.isEmpty() && (lostToAnotherWorker(said) || !repeated.isEmpty())) {
            // Whose error it is nobody knows; what failed may be restored again whatever its error was.
            repeated.addAll(failed.keySet());
        } else if (view != null && REFUSED_STATEMENT.matcher(said).matches()) {
            unfilled(view, said.substring(said.indexOf("ERROR:  ") + "ERROR:  ".length()));
        } else if (ofAnIndex(kind)
                && NOT_FOUND.matcher(said).matches()
                && indexNamed().isPresent()) {
            String index = indexNamed().get();
            failed.remove(index);
            indexes.add(index);
        } else {
            error = said;
            program.close();
        }
    }

    private @Nullable TableEntry view(long oid) {
        return staged.planned().backup().manifest().tables().stream()
                .filter(table -> table.oid() == oid && table.kind() == Relation.Kind.MATERIALIZED_VIEW)
                .findFirst()
                .orElse(null);
    }

    private void unfilled(TableEntry view, String why) {
        if (unfilled.add(view)) {
            warnings.add("the materialised view " + view.qualifiedName() + " was not filled: " + why
                    + "; when that is mended: REFRESH MATERIALIZED VIEW " + Sql.identifier(view.schema()) + "."
                    + Sql.identifier(view.name()) + ";");
        }
    }

    /** An index itself; or its comment, when one is missing already. It is attached to another under its own kind. */
    private boolean ofAnIndex(String kind) {
        return kind.equals("INDEX") || (kind.equals("COMMENT INDEX") && !indexes.isEmpty());
    }

    /** The first of which no error has been told. */
    private Optional<String> indexNamed() {
        return failed.entrySet().stream()
                .filter(named -> ofAnIndex(named.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private boolean lostToAnotherWorker(String said) {
        return said.contains("deadlock detected")
                || (failed.containsValue("ACL") && said.contains("permission denied for schema"));
    }

    /** The first error that counts, or null. */
    synchronized @Nullable String error() {
        return error;
    }

    synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** How many errors pg_restore went on after, as it counts them at its end; 0 before. */
    synchronized int ignored() {
        return ignored;
    }

    /**
     * Whether no error went unheard. What a worker reports is counted once more for each entry that it was given: from 13
     * to 18 every pg_restore does so. A limit that the server does not know is counted when the leader sets it, at its
     * beginning and again after its workers' end, and not when a worker does.
     */
    synchronized boolean heardAll() {
        int limits = meaningless ? (workers ? 2 : 1) : 0;
        return ignored == heard + limits || ignored == heard + limits + failedEntries;
    }

    /** The materialised views whose query failed. */
    synchronized Set<TableEntry> unfilled() {
        return Set.copyOf(unfilled);
    }

    /**
     * The entries of the archive, by number, of indexes that use what is not found under the empty search path of
     * pg_restore.
     */
    synchronized List<String> indexes() {
        return List.copyOf(indexes);
    }

    /** The entries of the archive, by number, that are to be restored again. */
    synchronized List<String> repeated() {
        return List.copyOf(repeated);
    }
}
