package io.agentflow.dr.critical;

import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.fingerprint.FingerprintFormat;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.Relation;
import java.util.List;

/**
 * A table that is to be brought back.
 *
 * @param partitions its partitions and theirs; those that are empty tables of their own children among them
 */
record ChosenTable(TableEntry table, List<TableEntry> partitions) {

    /** The table and its partitions. */
    List<TableEntry> members() {
        List<TableEntry> members = new java.util.ArrayList<>(partitions);
        members.add(0, table);
        return List.copyOf(members);
    }

    boolean partitioned() {
        return table.kind() == Relation.Kind.PARTITIONED;
    }

    /** What the snapshot saw in it, all partitions together. */
    Fingerprint expected(FingerprintFormat format) {
        return members().stream()
                .filter(TableEntry::holdsRows)
                .map(member -> new Fingerprint(member.rows(), member.fingerprint()))
                .reduce(Fingerprint::plus)
                .orElse(new Fingerprint(0L, format.empty()));
    }

    String name() {
        return table.qualifiedName();
    }

    @Override
    public String toString() {
        return name();
    }
}
