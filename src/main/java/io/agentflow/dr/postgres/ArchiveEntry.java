package io.agentflow.dr.postgres;

import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.ToolFailedException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of an archive's table of contents, as {@code pg_restore --list --verbose} shows it.
 *
 * @param id by which the archive names it
 * @param catalog the catalog that its object is in: 1259 for a relation, 0 for what is no object
 * @param oid of its object in the source
 * @param tag schema, name and owner; ambiguous where these hold blanks
 * @param needs the entries that it depends on, in pg_dump's order
 */
public record ArchiveEntry(int id, long catalog, long oid, String kind, String tag, Set<Integer> needs) {
    private static final Pattern LINE = Pattern.compile("^(\\d+); (\\d+) (\\d+) (.*)");
    private static final Pattern NEEDS = Pattern.compile("^;\\s+depends on:((?: \\d+)+)\\s*");

    /** The kinds of more than one word; all others are one word. */
    private static final List<String> LONG_KINDS = List.of(
                    "ACCESS METHOD",
                    "ACL LANGUAGE",
                    "BLOB COMMENTS",
                    "BLOB METADATA",
                    "CHECK CONSTRAINT",
                    "DATABASE PROPERTIES",
                    "DEFAULT ACL",
                    "EVENT TRIGGER",
                    "FK CONSTRAINT",
                    "FOREIGN DATA WRAPPER",
                    "FOREIGN SERVER",
                    "FOREIGN TABLE",
                    "INDEX ATTACH",
                    "MATERIALIZED VIEW DATA",
                    "MATERIALIZED VIEW",
                    "OPERATOR CLASS",
                    "OPERATOR FAMILY",
                    "PROCEDURAL LANGUAGE",
                    "PUBLICATION TABLES IN SCHEMA",
                    "PUBLICATION TABLE",
                    "ROW SECURITY",
                    "SECURITY LABEL",
                    "SEQUENCE OWNED BY",
                    "SEQUENCE SET",
                    "SHELL TYPE",
                    "STATISTICS DATA",
                    "SUBSCRIPTION TABLE",
                    "TABLE ATTACH",
                    "TABLE DATA",
                    "TEXT SEARCH CONFIGURATION",
                    "TEXT SEARCH DICTIONARY",
                    "TEXT SEARCH PARSER",
                    "TEXT SEARCH TEMPLATE",
                    "USER MAPPING")
            .stream()
            .sorted(Comparator.comparing(String::length).reversed())
            .toList();

    /**
     * Reads the table of contents, in the order in which pg_restore works.
     *
     * @param encoding of the archive, in which its names are
     * @throws io.agentflow.dr.core.AfException if pg_restore cannot read it
     */
    public static List<ArchiveEntry> of(Programs programs, PgToolSet tools, Path archive, Charset encoding) {
        try {
            return parse(programs.output(
                    PgCommand.listArchive(tools, archive)
                            .with(List.of("--verbose"))
                            .program(),
                    encoding));
        } catch (ToolFailedException e) {
            throw PgFailures.of(e);
        } catch (IOException e) {
            throw new io.agentflow.dr.core.OperationFailed(
                    "the table of contents of the archive cannot be read: " + e.getMessage(), "Run it again.", e);
        }
    }

    static List<ArchiveEntry> parse(String list) {
        List<ArchiveEntry> entries = new ArrayList<>();
        for (String line : (Iterable<String>) list.lines()::iterator) {
            Matcher entry = LINE.matcher(line);
            Matcher needs = NEEDS.matcher(line);
            if (entry.matches()) {
                entries.add(entry(entry));
            } else if (needs.matches() && !entries.isEmpty()) {
                Set<Integer> ids = entries.get(entries.size() - 1).needs();
                for (String id : needs.group(1).strip().split(" ", -1)) {
                    ids.add(Integer.valueOf(id));
                }
            }
        }
        return List.copyOf(entries);
    }

    private static ArchiveEntry entry(Matcher line) {
        long catalog = Long.parseLong(line.group(2));
        String text = line.group(4);
        // A table in a schema that is called DATA is a table all the same.
        String kind = catalog == Relation.CATALOG && text.startsWith("TABLE ")
                ? "TABLE"
                : LONG_KINDS.stream()
                        .filter(k -> text.startsWith(k + " "))
                        .findFirst()
                        .orElse(text.replaceFirst(" .*", ""));
        return new ArchiveEntry(
                Integer.parseInt(line.group(1)),
                catalog,
                Long.parseLong(line.group(3)),
                kind,
                text.substring(Math.min(text.length(), kind.length() + 1)),
                new LinkedHashSet<>());
    }

    /** Whether it belongs to this relation by its tag: that of a constraint is schema, table, constraint, owner. */
    public boolean of(String schema, String table) {
        return tag.startsWith(oneLine(schema) + " " + oneLine(table) + " ");
    }

    /** pg_dump writes no line feed into its comments. */
    private static String oneLine(String name) {
        return name.replace('\n', ' ').replace('\r', ' ');
    }

    @Override
    public String toString() {
        // What is in no schema has a dash for it, and what has no owner ends in a blank.
        return (kind.toLowerCase(java.util.Locale.ROOT) + " " + tag.replaceFirst("^- ", "")).strip();
    }
}
