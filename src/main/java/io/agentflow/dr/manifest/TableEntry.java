package io.agentflow.dr.manifest;

import io.agentflow.dr.postgres.Relation;
import org.jspecify.annotations.Nullable;

/**
 * A relation as the snapshot saw it.
 *
 * @param oid in the source, by which the archive's table of contents names it
 * @param rows null when they were not counted
 * @param fingerprint null when it was not taken
 */
public record TableEntry(
        long oid,
        String schema,
        String name,
        Relation.Kind kind,
        @Nullable Long rows,
        @Nullable String fingerprint) {

    /** Whether the archive must hold its rows. */
    public boolean holdsRows() {
        return kind.dumped();
    }

    public String qualifiedName() {
        return schema + "." + name;
    }
}
