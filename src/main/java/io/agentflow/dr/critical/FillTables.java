package io.agentflow.dr.critical;

import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.ToolFailedException;
import io.agentflow.dr.verify.ArchiveCheck;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives the tables that were made again their rows, and those that are replaced the backup's. */
public final class FillTables {
    private final Programs programs;
    private final PgTools tools;

    public FillTables(Programs programs, PgTools tools) {
        this.programs = programs;
        this.tools = tools;
    }

    /**
     * Copies all rows in one pass over the archive.
     *
     * @throws io.agentflow.dr.core.Refused if rows of other tables would lose what they refer to; they are named
     */
    public CriticalRun.Filled fill(CriticalRun.Recreated recreated) {
        CriticalRun.Opened opened = recreated.opened();
        Map<ChosenTable, ReplaceRows> replacing = replacing(opened);
        Map<ChosenTable, RowChanges> changes = new LinkedHashMap<>();
        Map<Integer, TableEntry> wanted = wanted(opened, replacing.keySet());
        if (!wanted.isEmpty()) {
            copy(recreated, wanted, replacing, changes);
        }
        new ReplaceOrder(opened.live().sql(), replacing).replace(changes);
        opened.operation()
                .events()
                .accept(new OperationEvent.PartDone(
                        "rows",
                        String.format(
                                java.util.Locale.ROOT,
                                "%,d put in, %,d changed, %,d taken out",
                                changes.values().stream()
                                        .mapToLong(RowChanges::inserted)
                                        .sum(),
                                changes.values().stream()
                                        .mapToLong(RowChanges::updated)
                                        .sum(),
                                changes.values().stream()
                                        .mapToLong(RowChanges::deleted)
                                        .sum())));
        return new CriticalRun.Filled(recreated, changes);
    }

    private static Map<ChosenTable, ReplaceRows> replacing(CriticalRun.Opened opened) {
        Map<ChosenTable, ReplaceRows> replacing = new LinkedHashMap<>();
        if (opened.request().tables().replace()) {
            opened.fetched().chosen().stream()
                    .filter(table -> opened.live().has(table.table()))
                    .forEach(table -> replacing.put(table, new ReplaceRows(opened.live(), table, replacing.size())));
        }
        return replacing;
    }

    /** The entries whose rows are needed, with their tables. */
    private static Map<Integer, TableEntry> wanted(CriticalRun.Opened opened, Set<ChosenTable> replaced) {
        Map<Long, TableEntry> tables = new HashMap<>();
        opened.fetched().chosen().stream()
                .flatMap(table -> table.members().stream()
                        .filter(member ->
                                replaced.contains(table) || opened.missing().contains(member.oid())))
                .forEach(member -> tables.put(member.oid(), member));
        Map<Integer, TableEntry> wanted = new LinkedHashMap<>();
        for (ArchiveEntry entry : opened.fetched().entries()) {
            TableEntry table = tables.get(entry.oid());
            if (entry.kind().equals("TABLE DATA") && table != null) {
                wanted.put(entry.id(), table);
            }
        }
        return wanted;
    }

    private void copy(
            CriticalRun.Recreated recreated,
            Map<Integer, TableEntry> wanted,
            Map<ChosenTable, ReplaceRows> replacing,
            Map<ChosenTable, RowChanges> changes) {
        CriticalRun.Opened opened = recreated.opened();
        Manifest manifest = opened.fetched().backup().manifest();
        List<ArchiveEntry> entries = opened.fetched().entries().stream()
                .filter(entry -> wanted.containsKey(entry.id()))
                .toList();
        Set<Integer> missed = new HashSet<>(wanted.keySet());
        ArchiveScript archive = new ArchiveScript(
                programs,
                tools.forReading(ArchiveCheck.dumpMajor(manifest)),
                opened.fetched().backup(),
                List.of());
        try (InputStream script = archive.of(entries, opened.operation())) {
            CopyBlocks blocks =
                    new CopyBlocks(script, opened.fetched().preamble().charset());
            for (CopyBlocks.Block block = blocks.next(); block != null; block = blocks.next()) {
                TableEntry table = wanted.get(block.entry());
                if (table == null || !missed.remove(block.entry())) {
                    throw new OperationFailed("pg_restore wrote rows that were not asked for", "Nothing was changed.");
                }
                copy(opened, table, block, replacing, changes);
            }
        } catch (ToolFailedException e) {
            throw PgFailures.of(e);
        } catch (IOException e) {
            throw new OperationFailed("the rows cannot be read: " + e.getMessage(), "Nothing was changed.", e);
        }
        wanted.keySet().retainAll(missed);
        wanted.values().stream().findFirst().ifPresent(table -> {
            throw new VerificationFailed(
                    "the archive has no rows of " + table.qualifiedName(),
                    "Nothing was changed. Take another backup from: af backup list");
        });
    }

    private static void copy(
            CriticalRun.Opened opened,
            TableEntry table,
            CopyBlocks.Block block,
            Map<ChosenTable, ReplaceRows> replacing,
            Map<ChosenTable, RowChanges> changes)
            throws IOException {
        ChosenTable chosen = opened.fetched().chosen().stream()
                .filter(one -> one.members().contains(table))
                .findFirst()
                .orElseThrow();
        opened.operation().events().accept(new OperationEvent.Progress("rows", -1, table.qualifiedName()));
        String with = " FROM STDIN WITH (ENCODING "
                + Sql.literal(opened.fetched().preamble().encoding()) + ")";
        ReplaceRows replace = replacing.get(chosen);
        if (replace == null) {
            long rows = opened.live().sql().copyIn("COPY " + block.target() + with, block.rows());
            changes.put(chosen, changes.getOrDefault(chosen, RowChanges.NONE).plus(rows));
        } else {
            replace.take(block, with);
        }
    }
}
