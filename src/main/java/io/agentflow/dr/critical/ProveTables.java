package io.agentflow.dr.critical;

import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.fingerprint.FingerprintFormat;
import io.agentflow.dr.fingerprint.GeneratedColumns;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.fingerprint.TakeFingerprints;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.SequenceState;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.restore.ProveRestore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Proves, inside the transaction, that the tables are what they were, and that no row of another one was changed. */
public final class ProveTables {
    private static final Fingerprint UNKNOWN = Fingerprint.NOT_TAKEN;

    /**
     * Compares the tables with the manifest.
     *
     * @throws VerificationFailed if one of them is not what it was; the transaction is not committed
     * @throws Refused if a trigger or a foreign key has changed rows of another table
     */
    public CriticalRun.Proven prove(CriticalRun.Completed completed) {
        CriticalRun.Opened opened = completed.filled().recreated().opened();
        ProofLevel level =
                ProofLevel.parse(opened.fetched().backup().manifest().options().proof());
        boolean untouched = requireOthersUntouched(opened);
        Map<ChosenTable, Fingerprint> proof = new LinkedHashMap<>();
        for (ChosenTable table : opened.fetched().chosen()) {
            if (opened.missing().contains(table.table().oid())
                    || opened.request().tables().replace()) {
                proof.put(table, prove(opened, table, level));
            }
        }
        long sequences = sequences(opened);
        if (proof.isEmpty()) {
            return new CriticalRun.Proven(completed, proof);
        }
        opened.operation()
                .events()
                .accept(new OperationEvent.PartDone(
                        "prove",
                        Count.of(proof.size(), "table") + " "
                                + switch (level) {
                                    case FULL -> "identical";
                                    case COUNTS -> "of equal count";
                                    case NONE -> "not compared: the backup holds no fingerprints";
                                }
                                + (sequences == 0 ? "" : ", " + Count.of(sequences, "sequence"))
                                + (untouched ? ", no row of another table changed" : "")));
        if (level != ProofLevel.FULL) {
            opened.notes().add("the backup holds no fingerprints: the rows were not compared one by one");
        }
        return new CriticalRun.Proven(completed, proof);
    }

    private static Fingerprint prove(CriticalRun.Opened opened, ChosenTable table, ProofLevel level) {
        if (level == ProofLevel.NONE) {
            return UNKNOWN;
        }
        FingerprintFormat format = ProveRestore.format(opened.fetched().backup().manifest());
        Sql sql = opened.live().sql();
        Relation relation = table.table().elsewhere();
        Fingerprint now = TakeFingerprints.ofOne(sql, relation, level, format, table.partitioned());
        Fingerprint expected = table.expected(format);
        Fingerprint before = level == ProofLevel.FULL ? expected : new Fingerprint(expected.rows(), null);
        Fingerprint.Likeness likeness = now.comparedTo(before);
        if (likeness == Fingerprint.Likeness.RECOMPUTED) {
            opened.notes().add(GeneratedColumns.recomputed(sql, relation));
        }
        if (likeness == Fingerprint.Likeness.OTHER) {
            throw new VerificationFailed(
                    table + " is not what it was: it has " + now.rows() + " rows, had " + before.rows()
                            + (String.valueOf(now.rows()).equals(String.valueOf(before.rows()))
                                    ? ", and other content"
                                    : ""),
                    "Nothing was changed. If a trigger or a rule changes rows on their way in, restore beside:"
                            + " --target-database-url");
        }
        return now;
    }

    /**
     * The server counts what this transaction did to each table, also by triggers and foreign keys.
     *
     * @return whether it does
     */
    private static boolean requireOthersUntouched(CriticalRun.Opened opened) {
        Sql sql = opened.live().sql();
        if (!sql.yes("SELECT current_setting('track_counts')::boolean")) {
            opened.notes()
                    .add("the server does not count rows (track_counts is off):"
                            + " that no other table was changed is not proven");
            return false;
        }
        Set<Long> chosen = chosen(opened);
        Set<Long> before = opened.live().oids();
        List<String> touched = sql
                .list(
                        "SELECT relid::bigint, schemaname || '.' || relname, n_tup_ins, n_tup_upd, n_tup_del"
                                + " FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0",
                        row -> before.contains(row.getLong(1)) && !chosen.contains(row.getLong(1))
                                ? row.getString(2) + " (" + row.getLong(3) + " in, " + row.getLong(4) + " changed, "
                                        + row.getLong(5) + " out)"
                                : "")
                .stream()
                .filter(text -> !text.isEmpty())
                .toList();
        if (!touched.isEmpty()) {
            throw new Refused(
                    "rows of other tables would be changed: " + String.join(", ", touched),
                    "Nothing was changed. A trigger or a foreign key does that: name these tables in --tables, too,"
                            + " or restore beside: --target-database-url");
        }
        return true;
    }

    private static Set<Long> chosen(CriticalRun.Opened opened) {
        String oids = opened.fetched().chosen().stream()
                .map(ChosenTable::table)
                .filter(opened.live()::has)
                .map(table -> String.valueOf(opened.live().oid(table)))
                .collect(Collectors.joining(",", "{", "}"));
        return Set.copyOf(opened.live()
                .sql()
                .list(
                        "SELECT oid FROM unnest(?::bigint[]) AS r(oid) UNION SELECT p.relid::bigint"
                                + " FROM unnest(?::bigint[]) AS r(oid), pg_partition_tree(r.oid::regclass) p",
                        row -> row.getLong(1),
                        oids,
                        oids));
    }

    /** Those that came back stand where the snapshot saw them; those of replaced tables never go back. */
    private static long sequences(CriticalRun.Opened opened) {
        LiveTables live = opened.live();
        Set<String> owned = Set.copyOf(live.sql()
                .list(
                        "SELECT n.nspname, c.relname FROM pg_depend d JOIN pg_class c ON c.oid = d.objid"
                                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE d.classid = 'pg_class'::regclass"
                                + " AND d.refclassid = 'pg_class'::regclass AND c.relkind = 'S'"
                                + " AND d.deptype IN ('a', 'i') AND d.refobjid::bigint = ANY (?::bigint[])",
                        row -> Sql.identifier(row.getString(1)) + "." + Sql.identifier(row.getString(2)),
                        chosen(opened).stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"))));
        Set<String> now = live.sequencesNow();
        long set = 0;
        for (SequenceState sequence : opened.fetched().backup().manifest().sequences()) {
            String name = sequence.sqlName();
            boolean again = now.contains(name) && !live.hadSequence(name);
            if (again
                    || (opened.request().tables().replace() && owned.contains(name) && behind(live.sql(), sequence))) {
                live.sql().number("SELECT setval(?::regclass, ?, ?)", name, sequence.lastValue(), sequence.called());
                set++;
            }
        }
        return set;
    }

    private static boolean behind(Sql sql, SequenceState sequence) {
        return sql.yes(
                "SELECT CASE WHEN last_value = ? THEN NOT is_called AND ? WHEN ? THEN last_value < ? ELSE last_value > ? END"
                        + " FROM " + sequence.sqlName(),
                sequence.lastValue(),
                sequence.called(),
                sequence.ascending(),
                sequence.lastValue(),
                sequence.lastValue());
    }
}
