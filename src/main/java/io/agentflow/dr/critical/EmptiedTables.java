package io.agentflow.dr.critical;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.fingerprint.FingerprintFormat;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.restore.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Tables that refer to chosen ones, have lost rows and are not chosen: a deletion may have cascaded to them. */
final class EmptiedTables {
    private static final long SMALL_BYTES = 16L << 20;

    private final CriticalRun.Fetched fetched;
    private final LiveTables live;
    private final Sql sql;
    private final ChooseTables choose;
    private final Map<Long, TableEntry> backedUp = new HashMap<>();
    private final Set<Long> chosen = new HashSet<>();

    EmptiedTables(CriticalRun.Fetched fetched, LiveTables live) {
        this.fetched = fetched;
        this.live = live;
        this.sql = live.sql();
        this.choose = new ChooseTables(fetched.backup().manifest(), fetched.entries());
        fetched.backup().manifest().tables().stream()
                .filter(live::has)
                .forEach(table -> backedUp.put(live.oid(table), table));
        fetched.chosen().stream()
                .flatMap(table -> table.members().stream())
                .filter(live::has)
                .forEach(table -> chosen.add(live.oid(table)));
    }

    List<Finding> findings() {
        // A note is not worth to wait for somebody's lock, or for a table that is huge. Rows that a policy hides are
        // not missing.
        sql.run("SET lock_timeout = '2s'; SET statement_timeout = '20s'; SET row_security = off");
        List<Finding> findings = new ArrayList<>();
        Map<TableEntry, String> emptied = new LinkedHashMap<>();
        referring().stream()
                .flatMap(oid -> Optional.ofNullable(backedUp.get(oid)).stream())
                .sorted(Comparator.comparing(TableEntry::qualifiedName))
                .forEach(table -> compare(table, emptied, findings));
        if (!emptied.isEmpty()) {
            findings.add(Finding.note(
                    "fewer rows than in the backup: " + String.join(", ", emptied.values()),
                    "not among the tables, but they refer to them, and a deletion there may have cascaded",
                    "To give them the backup's rows, too: " + also(emptied.keySet())));
        }
        return findings;
    }

    /** The command that brings back the chosen ones and these. */
    private String also(Collection<TableEntry> emptied) {
        List<String> names = Stream.concat(fetched.chosen().stream().map(ChosenTable::table), emptied.stream())
                .map(this::typed)
                .toList();
        return fetched.request().line(names);
    }

    /** Without its schema where only one table of the backup has the name. */
    private String typed(TableEntry table) {
        return fetched.backup().manifest().tables().stream()
                                .filter(one -> one.name().equals(table.name()))
                                .count()
                        == 1
                ? table.typedName()
                : table.typed();
    }

    /** All that refer to a chosen table, directly or by way of others. */
    private Set<Long> referring() {
        List<ForeignKey> keys = ForeignKey.all(sql);
        Set<Long> reached = new HashSet<>(chosen);
        boolean more = true;
        while (more) {
            more = reached.addAll(keys.stream()
                    .filter(key -> reached.contains(key.referencedOid()))
                    .map(ForeignKey::tableOid)
                    .toList());
        }
        reached.removeAll(chosen);
        return reached;
    }

    private void compare(TableEntry table, Map<TableEntry, String> emptied, List<Finding> findings) {
        try {
            Long backed =
                    choose.with(table).expected(FingerprintFormat.newest()).rows();
            if (backed != null && mayHaveLost(table, backed)) {
                count(table, backed, emptied);
            }
        } catch (AfException e) {
            findings.add(Finding.note(
                    "whether " + table.qualifiedName() + " has lost rows could not be seen: " + e.fact(),
                    "it refers to the tables, and a deletion there may have cascaded to it",
                    ""));
        }
    }

    private void count(TableEntry table, long backed, Map<TableEntry, String> emptied) {
        long now = sql.number("SELECT count(*) FROM (SELECT FROM " + table.sqlName() + " LIMIT " + backed + ") rows");
        if (now < backed) {
            emptied.put(table, String.format(Locale.ROOT, "%s (%,d of %,d)", table.qualifiedName(), now, backed));
        }
    }

    /**
     * By the server's statistics, so that a large table is counted only when it is likely to be worth it. They may be
     * seconds late: a small one is counted anyway.
     */
    private boolean mayHaveLost(TableEntry table, long backed) {
        return sql.yes(
                "SELECT has_table_privilege(oid, 'SELECT')"
                        + " AND (pg_stat_get_live_tuples(oid) < ? OR pg_relation_size(oid) < ?)"
                        + " FROM pg_class WHERE oid = ?::oid",
                backed,
                SMALL_BYTES,
                live.oid(table));
    }
}
