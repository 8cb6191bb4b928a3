package io.agentflow.dr.critical;

import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Finds the tables that are to be brought back, with their partitions; what inherits from them is a table of its own. */
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
     * @param names with or without schema, also as SQL quotes them; empty for the critical tables that the backup found
     * @param older where else to look for one that it does not hold
     * @throws NotFound if the backup does not hold one of them
     * @throws UsageError if a name without schema is that of several tables
     * @throws Refused if one of them has no rows of its own to bring back
     */
    List<ChosenTable> named(List<String> names, OlderBackup older) {
        List<String> wanted = names.isEmpty() ? manifest.critical().found() : names;
        if (wanted.isEmpty()) {
            throw new Refused(
                    "backup " + manifest.id() + " was made of a database without critical tables",
                    "Name the tables: --tables a,b");
        }
        Map<TableEntry, ChosenTable> chosen = new LinkedHashMap<>();
        for (String name : wanted) {
            List<TableEntry> found = manifest.tables().stream()
                    .filter(table -> table.isCalled(name))
                    .toList();
            if (found.isEmpty()) {
                throw new NotFound("backup " + manifest.id() + " holds no table '" + name + "'", older.hint(wanted));
            }
            if (found.size() > 1 && !names.isEmpty()) {
                throw new UsageError(
                        "'" + name + "' is the name of several tables: "
                                + found.stream().map(TableEntry::qualifiedName).toList(),
                        "Name the schema, too.");
            }
            found.forEach(table -> choose(table, chosen));
        }
        return List.copyOf(chosen.values());
    }

    private void choose(TableEntry table, Map<TableEntry, ChosenTable> chosen) {
        if (chosen.containsKey(table)) {
            return;
        }
        if (!byEntry.containsValue(table) || table.kind() == Relation.Kind.UNLOGGED_ON_STANDBY) {
            throw new Refused(
                    table.qualifiedName() + " is no table whose rows the backup holds (it is a "
                            + table.kind()
                                    .name()
                                    .toLowerCase(java.util.Locale.ROOT)
                                    .replace('_', ' ') + ")",
                    "Restore it by hand as RESTORE.md says, or the whole database.");
        }
        chosen.put(table, with(table));
    }

    /** A table with its partitions. */
    ChosenTable with(TableEntry table) {
        return new ChosenTable(table, partitions(table));
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

    /** An attachment is an entry of its own, which needs the partition and the parent. */
    private List<TableEntry> attached(TableEntry parent) {
        return entries.stream()
                .filter(entry -> entry.kind().equals("TABLE ATTACH"))
                .filter(entry -> entry.needs().stream().anyMatch(id -> parent.equals(byEntry.get(id))))
                .flatMap(entry -> partition(entry, parent).stream())
                .toList();
    }

    /** The partition of an attachment; empty if the table is itself attached by it. */
    private Optional<TableEntry> partition(ArchiveEntry attachment, TableEntry parent) {
        List<TableEntry> both = attachment.needs().stream()
                .map(byEntry::get)
                .filter(Objects::nonNull)
                .toList();
        List<TableEntry> leaves = both.stream()
                .filter(table -> table.kind() != Relation.Kind.PARTITIONED)
                .toList();
        if (both.size() != 2 || leaves.size() > 1) {
            throw new Refused(
                    "the archive does not say what is attached to " + parent.qualifiedName() + ": " + attachment,
                    "Restore the whole database beside: --target-database-url");
        }
        // pg_dump names the partition first, and then its parent; a table that holds rows itself is no parent.
        TableEntry partition = leaves.isEmpty() ? both.get(0) : leaves.get(0);
        return partition.equals(parent) ? Optional.empty() : Optional.of(partition);
    }
}
