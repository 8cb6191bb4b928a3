package io.agentflow.dr.critical;

import io.agentflow.dr.core.Refused;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Replaces the rows of several tables that refer to one another: children lose their rows first, parents get theirs
 * first. What other tables refer to is looked at before anything is taken out: no row of theirs may be lost.
 */
final class ReplaceOrder {
    private final Sql sql;
    private final Map<Long, ReplaceRows> byOid = new LinkedHashMap<>();
    private final List<ForeignKey> keys;

    ReplaceOrder(Sql sql, Map<ChosenTable, ReplaceRows> replacing) {
        this.sql = sql;
        replacing.values().forEach(one -> byOid.put(one.oid(), one));
        this.keys = byOid.isEmpty() ? List.of() : keys();
    }

    /** A key of a partitioned table, or on one, is one of its partitions, too. */
    private List<ForeignKey> keys() {
        Map<Long, List<Long>> partitions = new HashMap<>();
        byOid.keySet()
                .forEach(oid -> sql.list(
                                "SELECT relid::oid::bigint FROM pg_partition_ancestors(?::oid::regclass)",
                                row -> row.getLong(1),
                                oid)
                        .forEach(ancestor -> partitions
                                .computeIfAbsent(ancestor, of -> new ArrayList<>())
                                .add(oid)));
        List<ForeignKey> all = new ArrayList<>();
        for (ForeignKey key : ForeignKey.all(sql)) {
            for (Long child : partitions.getOrDefault(key.tableOid(), List.of(key.tableOid()))) {
                for (Long parent : partitions.getOrDefault(key.referencedOid(), List.of(key.referencedOid()))) {
                    all.add(key.between(child, parent));
                }
            }
        }
        return all;
    }

    /**
     * Replaces all of them.
     *
     * @throws Refused if rows of other tables refer to what the backup does not hold, or the backup's to what is no more
     */
    void replace(Map<ChosenTable, RowChanges> changes) {
        if (byOid.isEmpty()) {
            return;
        }
        // Values are compared as text.
        sql.run("SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 3");
        byOid.values().forEach(ReplaceRows::compare);
        requireNothingLost();
        List<ReplaceRows> parentsFirst = parentsFirst();
        List<ForeignKey> among = keys.stream()
                .filter(key -> byOid.containsKey(key.tableOid()) && byOid.containsKey(key.referencedOid()))
                .toList();
        // Whatever fails undoes all of this, with the transaction.
        QuietTriggers quiet = new QuietTriggers(sql, parentsFirst);
        List<ForeignKey> waiting = waiting(among, parentsFirst);
        List<ForeignKey> altered = waiting.stream()
                .collect(Collectors.toMap(key -> key.table() + " " + key.name(), key -> key, (a, b) -> a))
                .values()
                .stream()
                .toList();
        parentsFirst.forEach(ReplaceRows::open);
        altered.forEach(key -> key.putOff(sql));
        // Rows that stay let go of those that leave, before these cascade to them.
        parentsFirst.forEach(table -> table.pointElsewhere(waiting));
        Map<ReplaceRows, Long> deleted = new LinkedHashMap<>();
        for (int i = parentsFirst.size() - 1; i >= 0; i--) {
            deleted.put(parentsFirst.get(i), parentsFirst.get(i).delete());
        }
        for (ReplaceRows one : parentsFirst) {
            long updated = one.update(keys.stream()
                    .filter(key -> key.referencedOid() == one.oid())
                    .allMatch(ForeignKey::forgiving));
            changes.put(one.table(), new RowChanges(one.insert(), updated, deleted.getOrDefault(one, 0L)));
        }
        // Keys that were put off are checked now: a table with pending checks can be altered no more.
        sql.run("SET CONSTRAINTS ALL IMMEDIATE");
        altered.forEach(key -> key.restore(sql));
        parentsFirst.forEach(ReplaceRows::close);
        quiet.restore();
    }

    /** Most need not wait: only for these readers are locked out, since a key can only be altered alone. */
    private List<ForeignKey> waiting(List<ForeignKey> among, List<ReplaceRows> parentsFirst) {
        List<ForeignKey> waiting = new ArrayList<>();
        for (ForeignKey key : among) {
            ReplaceRows child = byOid.get(key.tableOid());
            ReplaceRows parent = byOid.get(key.referencedOid());
            if (child != null
                    && parent != null
                    && key.mustWait(sql, child, parent, parentsFirst.indexOf(parent) < parentsFirst.indexOf(child))) {
                waiting.add(key);
            }
        }
        // Rows of a table are pointed elsewhere at once: what shares a column with a key that waits must wait with it.
        Set<String> shared = waiting.stream()
                .flatMap(key -> key.columns().stream().map(column -> key.tableOid() + " " + column))
                .collect(Collectors.toSet());
        return among.stream()
                .filter(key -> waiting.contains(key)
                        || key.columns().stream().anyMatch(column -> shared.contains(key.tableOid() + " " + column)))
                .toList();
    }

    private void requireNothingLost() {
        List<String> lost = new ArrayList<>();
        for (ForeignKey key : keys) {
            ReplaceRows parent = byOid.get(key.referencedOid());
            ReplaceRows child = byOid.get(key.tableOid());
            String text = "";
            if (parent != null && child == null) {
                text = key.referring(sql, parent.gone(), parent.rows());
            } else if (child != null && parent == null && key.validated()) {
                text = key.orphans(sql, child.rows());
            }
            if (!text.isEmpty()) {
                lost.add(text);
            }
        }
        if (!lost.isEmpty()) {
            throw new Refused(
                    String.join("; ", lost),
                    "Nothing was changed. If the other table lost rows, too, name it in --tables; else mend or delete these"
                            + " rows, or restore the whole database beside: --target-database-url");
        }
    }

    /** Tables that refer to each other in a ring come in any order: their keys are put off. */
    private List<ReplaceRows> parentsFirst() {
        List<ReplaceRows> sorted = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        byOid.keySet().forEach(oid -> visit(oid, seen, sorted));
        return sorted;
    }

    private void visit(Long oid, Set<Long> seen, List<ReplaceRows> sorted) {
        ReplaceRows table = byOid.get(oid);
        if (table == null || !seen.add(oid)) {
            return;
        }
        parents(oid).forEach(parent -> visit(parent, seen, sorted));
        sorted.add(table);
    }

    private Stream<Long> parents(Long oid) {
        return keys.stream().filter(key -> key.tableOid() == oid).map(ForeignKey::referencedOid);
    }
}
