package io.agentflow.dr.backup;

import io.agentflow.dr.manifest.Manifest.Critical;
import io.agentflow.dr.manifest.Manifest.Footprint;
import io.agentflow.dr.postgres.ClusterNeeds;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.ExtensionTable;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.SequenceState;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the snapshot holds, read from the catalogs before the dumps begin.
 *
 * @param extensionTables those that belong to extensions, whose rows are left out
 * @param criticalRelations the critical tables with their partitions
 * @param passwordsReadable whether this role may see the password hashes of roles; managed services show them to nobody
 */
public record SnapshotContents(
        List<Relation> relations,
        List<ExtensionTable> extensionTables,
        List<SequenceState> sequences,
        long largeObjects,
        SortedMap<String, Long> objects,
        DatabaseProperties properties,
        ClusterNeeds needs,
        List<Relation> criticalRelations,
        Critical critical,
        long databaseOid,
        @Nullable String systemIdentifier,
        Footprint footprint,
        boolean passwordsReadable) {}
