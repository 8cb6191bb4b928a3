package io.agentflow.dr.critical;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.ArchivePreamble;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.PgToolSet;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.RunningProgram;
import io.agentflow.dr.process.ToolFailedException;
import io.agentflow.dr.verify.PartlyVerified;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Has pg_restore write chosen entries of the data archive as SQL. */
final class ArchiveScript {
    /** The kinds that pg_restore makes after the rows are there. */
    private static final Set<String> AFTER_ROWS = Set.of(
            "INDEX",
            "INDEX ATTACH",
            "CONSTRAINT",
            "FK CONSTRAINT",
            "TRIGGER",
            "RULE",
            "POLICY",
            "ROW SECURITY",
            "STATISTICS",
            "PUBLICATION TABLE",
            "MATERIALIZED VIEW DATA");

    /** The line that {@code --verbose} puts above each entry. */
    static final Pattern HEAD = Pattern.compile("^-- TOC entry (\\d+) \\(class \\d+ OID \\d+\\)$", Pattern.MULTILINE);

    /** What stands for the beginning of a script, in front of every entry. */
    private static final ArchiveEntry PREAMBLE = new ArchiveEntry(0, 0, 0, "", "", Set.of());

    private final Programs programs;
    private final PgToolSet tools;
    private final PartlyVerified backup;
    private final List<String> options;

    /**
     * The SQL of one entry.
     *
     * @param settings what the entry after it is to be made with
     */
    record Part(ArchiveEntry entry, List<String> statements, List<String> settings) {
        boolean afterRows() {
            return AFTER_ROWS.contains(entry.kind());
        }
    }

    /** @param options as pg_restore takes them */
    ArchiveScript(Programs programs, PgToolSet tools, PartlyVerified backup, List<String> options) {
        this.programs = programs;
        this.tools = tools;
        this.backup = backup;
        this.options = options;
    }

    /** The live output of pg_restore for these entries; it ends with the operation. */
    InputStream of(List<ArchiveEntry> entries, Operation operation) {
        try {
            Path list = Files.createTempFile("af-entries-", ".list");
            operation.hold(() -> Files.deleteIfExists(list));
            Files.write(list, entries.stream().map(entry -> entry.id() + ";").toList());
            RunningProgram program = programs.start(
                    PgCommand.script(tools, backup.folder().resolve("data"), list)
                            .with(options)
                            .program(),
                    (running, line) -> {});
            operation.hold(program);
            return program.stdout();
        } catch (IOException e) {
            throw new OperationFailed("no temporary file can be written: " + e.getMessage(), "Check the disk.", e);
        }
    }

    /** What each of its scripts begins with. */
    ArchivePreamble preamble(Operation operation) {
        // Not decoded yet: this is what says how.
        try (InputStream script = of(List.of(), operation)) {
            return ArchivePreamble.of(
                    new String(script.readAllBytes(), StandardCharsets.ISO_8859_1),
                    backup.manifest().properties().encoding());
        } catch (ToolFailedException e) {
            throw PgFailures.of(e);
        } catch (IOException e) {
            throw new OperationFailed("the archive cannot be read: " + e.getMessage(), "Nothing was changed.", e);
        }
    }

    /** The structure of these entries, each by itself; some megabytes for thousands of partitions. */
    List<Part> parts(List<ArchiveEntry> entries, ArchivePreamble preamble, Operation operation) {
        if (entries.isEmpty()) {
            return List.of();
        }
        try (InputStream script = of(entries, operation)) {
            return parts(preamble.decoded(script.readAllBytes()), entries, preamble);
        } catch (IOException | SQLException e) {
            throw new OperationFailed(
                    "the structure of the tables cannot be read from the archive: " + e.getMessage(),
                    "Nothing was changed.",
                    e);
        }
    }

    private static List<Part> parts(String script, List<ArchiveEntry> entries, ArchivePreamble preamble)
            throws SQLException {
        Map<Integer, ArchiveEntry> byId =
                entries.stream().collect(Collectors.toMap(ArchiveEntry::id, Function.identity()));
        List<Part> parts = new ArrayList<>();
        Matcher head = HEAD.matcher(script);
        int begin = -1;
        ArchiveEntry entry = null;
        List<String> first = List.of();
        while (head.find()) {
            if (entry != null) {
                parts.add(part(entry, script.substring(begin, head.start()), preamble));
            }
            if (begin < 0) {
                first = part(PREAMBLE, script.substring(0, head.start()), preamble)
                        .settings();
            }
            begin = head.end();
            entry = byId.remove(Integer.valueOf(head.group(1)));
            if (entry == null) {
                throw new OperationFailed(
                        "pg_restore wrote an entry " + head.group(1) + " that it was not asked for",
                        "Nothing was changed.");
            }
        }
        if (entry != null) {
            parts.add(part(entry, script.substring(begin), preamble));
        }
        if (!parts.isEmpty() && !first.isEmpty()) {
            // They stand in front of the first entry, and are meant for it.
            Part leading = parts.get(0);
            List<String> statements = new ArrayList<>(first);
            statements.addAll(leading.statements());
            parts.set(0, new Part(leading.entry(), statements, leading.settings()));
        }
        return parts;
    }

    private static Part part(ArchiveEntry entry, String sql, ArchivePreamble preamble) throws SQLException {
        List<String> statements = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        for (String statement : preamble.statements(sql)) {
            (statement.startsWith("SET default_") ? settings : statements).add(statement);
        }
        if (!preamble.standardStrings() && !statements.isEmpty()) {
            statements.add(0, "SET standard_conforming_strings = off");
            statements.add("SET standard_conforming_strings = on");
        }
        return new Part(entry, List.copyOf(statements), List.copyOf(settings));
    }
}
