package io.agentflow.dr.restore;

import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.fingerprint.Fingerprint.Likeness;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Partitions by hash, of which the rows may come back in others than before: the hash of an enum's label is that of its
 * oid, which a restore gives anew. So pg_dump writes such rows for the partitioned table, and not for its partitions.
 */
final class HashPartitions {
    /** Of a partition: the topmost table above it that is partitioned by hash, and all partitions below that. */
    private static final String LEAVES =
            "SELECT t.relid::oid::bigint, n.nspname || '.' || c.relname FROM (SELECT a.relid FROM"
                    + " pg_partition_ancestors(?::bigint::oid::regclass) WITH ORDINALITY a (relid, up)"
                    + " JOIN pg_partitioned_table p ON p.partrelid = a.relid WHERE p.partstrat = 'h'"
                    + " ORDER BY a.up DESC LIMIT 1) top JOIN pg_class c ON c.oid = top.relid"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_partition_tree(top.relid) t"
                    + " WHERE t.isleaf";

    private final Sql sql;
    private final Map<String, TableEntry> before;
    private final Map<Long, Relation> relations;
    private final Map<Relation, Fingerprint> fingerprints;
    private final List<String> warnings;
    private final Map<Long, Likeness> known = new HashMap<>();

    private record Leaf(long oid, String tree) {}

    /**
     * Compares partitions of this database.
     *
     * @param before by their names in SQL
     * @param warnings are told once of each tree whose rows are the same in other partitions
     */
    HashPartitions(
            Sql sql,
            List<TableEntry> before,
            List<Relation> relations,
            Map<Relation, Fingerprint> fingerprints,
            List<String> warnings) {
        this.sql = sql;
        this.before = before.stream().collect(Collectors.toMap(TableEntry::sqlName, table -> table));
        this.relations = relations.stream().collect(Collectors.toMap(Relation::oid, relation -> relation));
        this.fingerprints = fingerprints;
        this.warnings = warnings;
    }

    /** What all partitions are together of which this one differs; OTHER where none are by hash. */
    Likeness together(Relation partition) {
        if (!known.containsKey(partition.oid())) {
            List<Leaf> leaves = sql.list(LEAVES, row -> new Leaf(row.getLong(1), row.getString(2)), partition.oid());
            Likeness likeness = together(leaves);
            known.put(partition.oid(), likeness);
            leaves.forEach(leaf -> known.put(leaf.oid(), likeness));
            if (likeness != Likeness.OTHER) {
                warnings.add("the rows of " + leaves.get(0).tree()
                        + " are all there, but in other partitions by hash than before: the hash of an enum"
                        + " follows oids, which are new in a restored database");
            }
        }
        return known.getOrDefault(partition.oid(), Likeness.OTHER);
    }

    private Likeness together(List<Leaf> leaves) {
        Fingerprint was = null;
        Fingerprint now = null;
        for (Leaf leaf : leaves) {
            Relation relation = relations.get(leaf.oid());
            if (relation == null || !relation.kind().dumped()) {
                continue;
            }
            TableEntry entry = before.get(relation.sqlName());
            Fingerprint taken = fingerprints.get(relation);
            if (entry == null || taken == null) {
                return Likeness.OTHER;
            }
            was = sum(was, new Fingerprint(entry.rows(), entry.fingerprint()));
            now = sum(now, taken);
        }
        return was == null || now == null || was.rows() == null || !comparable(was, now)
                ? Likeness.OTHER
                : now.comparedTo(was);
    }

    /** Two sums that could not be made are no equal ones, unless none was taken in the first place. */
    private boolean comparable(Fingerprint was, Fingerprint now) {
        boolean hashed = fingerprints.values().stream().map(Fingerprint::hash).anyMatch(Objects::nonNull);
        return !hashed || (was.hash() != null && now.hash() != null);
    }

    private static Fingerprint sum(@Nullable Fingerprint some, Fingerprint more) {
        return some == null ? more : some.plus(more);
    }
}
