package io.agentflow.dr.critical;

import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ArchiveEntry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which entries of the archive bring missing tables back: the tables; what went with them, such as indexes, triggers,
 * views and the foreign keys of others; and what they need and may be missing, too, such as types and functions.
 */
final class TableObjects {
    /** Rows, which come by themselves, and what lies outside the database. */
    private static final Set<String> NEVER = Set.of(
            "TABLE DATA",
            "SEQUENCE SET",
            "BLOB",
            "BLOBS",
            "BLOB METADATA",
            "STATISTICS DATA",
            "DATABASE",
            "DATABASE PROPERTIES",
            "SUBSCRIPTION",
            "SUBSCRIPTION TABLE",
            "PUBLICATION",
            "EVENT TRIGGER");

    private static final Set<String> TABLES = Set.of("TABLE", "FOREIGN TABLE");

    /** They hang on one object and are made with it, or not at all. */
    private static final Set<String> ATTACHMENTS = Set.of("ACL", "COMMENT", "SECURITY LABEL");

    /** What belongs to a table, and is of no use without it. */
    private static final Set<String> PARTS_OF_TABLES = Set.of(
            "DEFAULT",
            "INDEX",
            "INDEX ATTACH",
            "CONSTRAINT",
            "CHECK CONSTRAINT",
            "FK CONSTRAINT",
            "TRIGGER",
            "RULE",
            "POLICY",
            "ROW SECURITY",
            "STATISTICS",
            "TABLE ATTACH",
            "SEQUENCE OWNED BY");

    private final Map<Integer, ArchiveEntry> byId = new LinkedHashMap<>();
    private final Map<Integer, Set<Integer>> neededBy = new HashMap<>();
    private final Predicate<Long> present;
    private final Set<Integer> roots = new HashSet<>();
    private final Set<Integer> followers = new HashSet<>();
    private final Set<Integer> needed = new HashSet<>();
    private final Set<ArchiveEntry> impossible = new LinkedHashSet<>();

    /**
     * Selects the entries.
     *
     * @param missing oids of the tables that are to be made, in the source
     * @param present whether a table, by its oid in the source, is in the live database
     */
    TableObjects(List<ArchiveEntry> entries, Set<Long> missing, Predicate<Long> present) {
        this.present = present;
        for (ArchiveEntry entry : entries) {
            byId.put(entry.id(), entry);
            entry.needs()
                    .forEach(id ->
                            neededBy.computeIfAbsent(id, key -> new HashSet<>()).add(entry.id()));
            if (entry.kind().equals("TABLE") && missing.contains(entry.oid())) {
                roots.add(entry.id());
            }
        }
        follow();
        need();
    }

    private void follow() {
        Deque<Integer> next = new ArrayDeque<>(roots);
        while (!next.isEmpty()) {
            for (Integer id : neededBy.getOrDefault(next.remove(), Set.of())) {
                ArchiveEntry entry = entry(id);
                if (!roots.contains(id)
                        && !NEVER.contains(entry.kind())
                        && !TABLES.contains(entry.kind())
                        && followers.add(id)) {
                    next.add(id);
                }
            }
        }
        followers.removeIf(id -> {
            boolean absent = needsAbsentTable(id, new HashSet<>());
            if (absent) {
                impossible.add(entry(id));
            }
            return absent;
        });
    }

    private boolean needsAbsentTable(Integer id, Set<Integer> seen) {
        if (roots.contains(id) || !seen.add(id) || !byId.containsKey(id)) {
            return false;
        }
        ArchiveEntry entry = entry(id);
        if (TABLES.contains(entry.kind())) {
            return !present.test(entry.oid());
        }
        return entry.needs().stream().anyMatch(need -> needsAbsentTable(need, seen));
    }

    private void need() {
        Deque<Integer> next = new ArrayDeque<>(roots);
        next.addAll(followers);
        while (!next.isEmpty()) {
            for (Integer id : entry(next.remove()).needs()) {
                if (!byId.containsKey(id) || roots.contains(id) || followers.contains(id)) {
                    continue;
                }
                String kind = entry(id).kind();
                if (!NEVER.contains(kind)
                        && !TABLES.contains(kind)
                        && !PARTS_OF_TABLES.contains(kind)
                        && !ATTACHMENTS.contains(kind)
                        && needed.add(id)) {
                    next.add(id);
                }
            }
        }
        for (Integer id : List.copyOf(needed)) {
            neededBy.getOrDefault(id, Set.of()).stream()
                    .filter(other -> ATTACHMENTS.contains(entry(other).kind()))
                    .forEach(needed::add);
        }
    }

    private ArchiveEntry entry(Integer id) {
        ArchiveEntry entry = byId.get(id);
        if (entry == null) {
            throw new IllegalStateException("the archive has no entry " + id);
        }
        return entry;
    }

    /** The entries to work through, in the archive's order. */
    List<ArchiveEntry> selected() {
        return byId.values().stream()
                .filter(entry ->
                        roots.contains(entry.id()) || followers.contains(entry.id()) || needed.contains(entry.id()))
                .toList();
    }

    /** Whether it is one of the tables themselves, which must not be there yet. */
    boolean root(ArchiveEntry entry) {
        return roots.contains(entry.id());
    }

    /** Whether it is a part of a table or of a view, and not an object by itself. */
    boolean part(ArchiveEntry entry) {
        return PARTS_OF_TABLES.contains(entry.kind())
                || (entry.kind().equals("SEQUENCE") && followers.contains(entry.id()));
    }

    /** Whether it makes a table that is made a partition of one that was there. */
    boolean attachesToWhatWasThere(ArchiveEntry entry) {
        return entry.kind().equals("TABLE ATTACH")
                && entry.needs().stream()
                        .anyMatch(id -> byId.containsKey(id)
                                && TABLES.contains(entry(id).kind())
                                && !roots.contains(id));
    }

    /** Whether it makes an index part of one of a table that was there: the server does that itself. */
    boolean attachesIndexOfWhatWasThere(ArchiveEntry entry) {
        if (!entry.kind().equals("INDEX ATTACH")) {
            return false;
        }
        List<ArchiveEntry> indexes = indexes(entry);
        // The one that none of the others needs is the partition's; it needs its parent's.
        return indexes.stream()
                .filter(index ->
                        indexes.stream().noneMatch(other -> other.needs().contains(index.id())))
                .flatMap(child -> indexes(child).stream())
                .anyMatch(parent -> !followers.contains(parent.id()));
    }

    /** Whether it is an index of a partition, at any depth, that is attached to a table that was there. */
    boolean indexOfAttached(ArchiveEntry entry) {
        return Set.of("INDEX", "CONSTRAINT", "INDEX ATTACH").contains(entry.kind())
                && entry.needs().stream().anyMatch(attached()::contains);
    }

    private Set<Integer> attached() {
        Set<Integer> attached = new HashSet<>();
        byId.values().stream()
                .filter(this::attachesToWhatWasThere)
                .forEach(entry -> entry.needs().stream().filter(roots::contains).forEach(attached::add));
        boolean grown = true;
        while (grown) {
            grown = attached.addAll(roots.stream()
                    .filter(id -> entry(id).needs().stream().anyMatch(attached::contains))
                    .toList());
        }
        return attached;
    }

    private List<ArchiveEntry> indexes(ArchiveEntry entry) {
        return entry.needs().stream()
                .filter(byId::containsKey)
                .map(this::entry)
                .filter(need -> need.kind().equals("INDEX") || need.kind().equals("CONSTRAINT"))
                .toList();
    }

    /** Whether it was not asked for, but what was asked for needs it. */
    boolean prerequisite(ArchiveEntry entry) {
        return needed.contains(entry.id());
    }

    ArchiveEntry byId(Integer id) {
        return entry(id);
    }

    /** Whether it only goes with another object. */
    boolean attachment(ArchiveEntry entry) {
        return ATTACHMENTS.contains(entry.kind());
    }

    /** What cannot come back, because it needs a table that is missing and not chosen. */
    Set<ArchiveEntry> impossible() {
        return impossible;
    }

    /**
     * Tables that are there and were made with something that went with the missing ones, such as a sequence for a
     * column's default, or a row type: they lost that part, and what is there is left alone.
     *
     * @param there whether what a table needs is still there
     */
    List<ArchiveEntry> torn(Predicate<ArchiveEntry> there) {
        return byId.values().stream()
                .filter(entry -> TABLES.contains(entry.kind()) && !roots.contains(entry.id()))
                .filter(entry -> present.test(entry.oid())
                        && entry.needs().stream()
                                .anyMatch(
                                        id -> roots.contains(id) || (followers.contains(id) && !there.test(entry(id)))))
                .toList();
    }

    /** Those of them that are foreign keys of a table that is made: it would not be the table that it was. */
    List<ArchiveEntry> brokenPromises(List<TableEntry> made) {
        return impossible.stream()
                .filter(entry -> entry.kind().equals("FK CONSTRAINT")
                        && made.stream().anyMatch(table -> entry.of(table.schema(), table.name())))
                .toList();
    }
}
