package io.agentflow.dr.critical;

import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the tables that are to be brought back, with their partitions and what inherits from them. */
final class ChooseTables {
    private final Manifest manifest;
    private final Map<Long, TableEntry> byOid = new HashMap<>();
    private final Map<Integer, TableEntry> byEntry = new HashMap<>();
    private final List<ArchiveEntry> entries;

    ChooseTables(Manifest manifest, List<ArchiveEntry> entries) {
        this.manifest = manifest;
        this.entries = entries;
        manifest.tables().forEach(table -> byOid.put(table.oid(), table));
        entries.stream()
                .filter(entry -> entry.kind().equals("TABLE") && byOid.containsKey(entry.oid()))
                .forEach(entry -> byEntry.put(entry.id(), byOid.get(entry.oid())));
    }

    /**
     * Finds them by name.
     *
     * @param names with or without schema; empty for the critical tables that the backup found
     * @throws NotFound if the backup does not hold one of them
     * @throws Refused if one of them has no rows of its own to bring back
     */
    List<ChosenTable> named(List<String> names) {
        List<String> wanted = names.isEmpty() ? manifest.critical().found() : names;
        if (wanted.isEmpty()) {
            throw new Refused(
                    "backup " + manifest.id() + " was made of a database without critical tables",
                    "Name the tables: --tables a,b");
        }
        Map<TableEntry, ChosenTable> chosen = new LinkedHashMap<>();
        for (String name : wanted) {
            List<TableEntry> found = manifest.tables().stream()
                    .filter(table ->
                            table.name().equals(name) || table.qualifiedName().equals(name))
                    .toList();
            if (found.isEmpty()) {
                throw new NotFound(
                        "backup " + manifest.id() + " holds no table '" + name + "'",
                        "See its tables with: af backup show " + manifest.id() + " --json");
            }
            found.forEach(table -> choose(table, chosen));
        }
        return List.copyOf(chosen.values());
    }

    private void choose(TableEntry table, Map<TableEntry, ChosenTable> chosen) {
        if (chosen.containsKey(table)) {
            return;
        }
        if (!byEntry.containsValue(table)) {
            throw new Refused(
                    table.qualifiedName() + " is no table whose rows the backup holds (it is a "
                            + table.kind()
                                    .name()
                                    .toLowerCase(java.util.Locale.ROOT)
                                    .replace('_', ' ') + ")",
                    "Restore it by hand as RESTORE.md says, or the whole database.");
        }
        chosen.put(table, new ChosenTable(table, partitions(table)));
        if (table.kind() != Relation.Kind.PARTITIONED) {
            inheriting(table).forEach(child -> choose(child, chosen));
        }
    }

    /** All partitions of it, at any depth. */
    private List<TableEntry> partitions(TableEntry root) {
        List<TableEntry> partitions = new ArrayList<>();
        if (root.kind() == Relation.Kind.PARTITIONED) {
            for (TableEntry child : attached(root)) {
                partitions.add(child);
                partitions.addAll(partitions(child));
            }
        }
        return partitions;
    }

    /** An attachment is an entry of its own, which bears the partition's name and needs both tables. */
    private List<TableEntry> attached(TableEntry parent) {
        return entries.stream()
                .filter(entry -> entry.kind().equals("TABLE ATTACH"))
                .filter(entry -> entry.needs().stream().anyMatch(id -> parent.equals(byEntry.get(id))))
                .flatMap(entry -> entry.needs().stream()
                        .map(byEntry::get)
                        .filter(table ->
                                table != null && !table.equals(parent) && entry.of(table.schema(), table.name())))
                .toList();
    }

    private List<TableEntry> inheriting(TableEntry parent) {
        return entries.stream()
                .filter(entry -> entry.kind().equals("TABLE")
                        && entry.needs().stream().anyMatch(id -> parent.equals(byEntry.get(id))))
                .map(entry -> byEntry.get(entry.id()))
                .filter(child -> child != null && child.kind() == Relation.Kind.TABLE)
                .toList();
    }
}
