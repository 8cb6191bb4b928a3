package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.postgres.ArchivePreamble;
import io.agentflow.dr.postgres.EndStalled;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.PgToolSet;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.process.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Creates indexes that pg_restore could not: it works under an empty search path, and a function of theirs relies on
 * the one that the database gives to everybody. No row depends on them, so one that cannot be created is left out, and
 * that is said; a unique one guards rows, and is not.
 */
final class CreateIndexes {
    /** All else that pg_restore writes is about its session, and would set the search path. */
    private static final Pattern WANTED = Pattern.compile("(?:SET default_|CREATE |ALTER |COMMENT ).*", Pattern.DOTALL);

    private final Programs programs;
    private final PgToolSet tools;
    private final RestoreRun.Staged staged;
    private final List<String> warnings = new ArrayList<>();
    private int leftOut;

    CreateIndexes(Programs programs, PgToolSet tools, RestoreRun.Staged staged) {
        this.programs = programs;
        this.tools = tools;
        this.staged = staged;
    }

    /**
     * Runs these entries of the archive in their order: indexes, and what is said or done to them.
     *
     * @param entries by number
     * @throws OperationFailed if one cannot be created for another reason, or must not be left out
     */
    void create(List<String> entries) {
        if (entries.isEmpty()) {
            return;
        }
        List<String> statements = statements(entries);
        try (EndStalled sessions = new EndStalled(
                        staged.operation(),
                        staged.url(),
                        "load",
                        staged.request().stall());
                Sql sql = sessions.open()) {
            prepare(sql);
            statements.forEach(statement -> run(sql, statement));
        }
    }

    /** How many indexes are missing. */
    int leftOut() {
        return leftOut;
    }

    /** What is missing, why, and the statements that make it. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    private void prepare(Sql sql) {
        String role = staged.request().options().role();
        sql.run("RESET search_path; SET row_security = off"
                + (role == null ? "" : "; SET ROLE " + Sql.identifier(role)));
    }

    private List<String> statements(List<String> entries) {
        try {
            Path list = Files.createTempFile("af-indexes-", ".list");
            staged.operation().hold(() -> Files.deleteIfExists(list));
            Files.write(list, entries.stream().map(entry -> entry + ";").toList());
            Path archive = staged.planned().backup().folder().resolve("data");
            // Not decoded yet: its beginning says how.
            String script = programs.output(
                    PgCommand.script(tools, archive, list)
                            .with(staged.request().options().arguments())
                            .program(),
                    StandardCharsets.ISO_8859_1);
            ArchivePreamble preamble = ArchivePreamble.of(
                    script, staged.planned().backup().manifest().properties().encoding());
            String decoded = preamble.decoded(script.getBytes(StandardCharsets.ISO_8859_1));
            return Stream.concat(
                            preamble.standardStrings()
                                    ? Stream.empty()
                                    : Stream.of("SET standard_conforming_strings = off"),
                            preamble.statements(decoded).stream().filter(WANTED.asMatchPredicate()))
                    .toList();
        } catch (IOException | SQLException e) {
            throw new OperationFailed(
                    "the indexes cannot be read from the archive: " + e.getMessage(), "Run the command again.", e);
        }
    }

    private void run(Sql sql, String statement) {
        if (statement.startsWith("CREATE UNIQUE ")) {
            throw new OperationFailed(
                    "pg_restore cannot create a unique index whose function relies on the search path: " + statement,
                    LoadArchive.PATH_HINT);
        }
        try {
            sql.run(statement);
        } catch (AfException e) {
            boolean index = statement.startsWith("CREATE ");
            if (!PgFailures.missing(e) || !(index ? insideAFunction(e) : leftOut > 0)) {
                throw e;
            }
            leftOut += index ? 1 : 0;
            warnings.add(
                    index
                            ? "an index was not created: " + e.fact()
                                    + "; its function relies on a search path. Give it"
                                    + " that (ALTER FUNCTION … SET search_path = …), then: " + statement + ";"
                            : "left out with its index; after that: " + statement + ";");
        }
    }

    private static boolean insideAFunction(AfException e) {
        return e.getCause() instanceof PSQLException cause && raisedInside(cause.getServerErrorMessage());
    }

    private static boolean raisedInside(@org.jspecify.annotations.Nullable ServerErrorMessage message) {
        return message != null && message.getWhere() != null;
    }
}
