package io.agentflow.dr.restore;

import io.agentflow.dr.core.Count;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.fingerprint.Fingerprint.Likeness;
import io.agentflow.dr.fingerprint.GeneratedColumns;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ClusterNeeds.Extension;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.ObjectCounts;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.SequenceState;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares a restored database with what the manifest says of the snapshot. */
final class CompareDatabases {
    /** What another major version counts differently although nothing is missing: range types bring functions along. */
    private static final Set<String> OF_ONE_MAJOR = Set.of("types", "functions");

    /** Fewer of them are no loss: one may be validated between the snapshot and the dump, which shows it as it is then. */
    private static final String UNVALIDATED = "foreign keys not validated";

    private final Manifest manifest;
    private final Sql sql;
    private final boolean sameMajor;
    private final boolean rows;
    private final Set<TableEntry> unfilled;
    private final int indexesLeftOut;
    private final List<String> different = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> checks = new ArrayList<>();
    private boolean otherVersion;

    /**
     * Compares with what this manifest says.
     *
     * @param sql a session in the restored database
     * @param rows whether they were restored, too, and not the structure alone
     * @param unfilled the materialised views of which the load has said that they could not be filled
     * @param indexesLeftOut how many indexes the load has said that it could not create
     */
    CompareDatabases(Manifest manifest, Sql sql, boolean rows, Set<TableEntry> unfilled, int indexesLeftOut) {
        this.manifest = manifest;
        this.sql = sql;
        this.rows = rows;
        this.unfilled = unfilled;
        this.indexesLeftOut = indexesLeftOut;
        this.sameMajor = manifest.source().serverVersionNumber() / 10000
                == sql.serverVersion().major();
    }

    Proof compare(
            DatabaseCatalog catalog,
            List<Relation> relations,
            Map<Relation, Fingerprint> fingerprints,
            @Nullable String largeObjects) {
        Map<String, String> versions =
                catalog.extensions().stream().collect(Collectors.toMap(Extension::name, Extension::version));
        otherVersion = manifest.needs().extensions().stream()
                .anyMatch(before -> !before.version().equals(versions.getOrDefault(before.name(), before.version())));
        int identical = tables(relations, fingerprints);
        if (rows) {
            largeObjects(catalog.largeObjects(), largeObjects);
        }
        objects(catalog.objects());
        sequences(catalog.sequences(), Set.copyOf(catalog.cyclicSequences()));
        extensions(versions);
        return new Proof(
                rows ? manifest.options().proof() : "none",
                manifest.summary().tables(),
                identical,
                List.copyOf(different),
                List.copyOf(checks),
                List.copyOf(warnings));
    }

    private int tables(List<Relation> relations, Map<Relation, Fingerprint> fingerprints) {
        Map<String, Relation> restored =
                relations.stream().collect(Collectors.toMap(Relation::sqlName, Function.identity()));
        HashPartitions partitions = new HashPartitions(sql, manifest.tables(), relations, fingerprints, warnings);
        int identical = 0;
        for (TableEntry table : manifest.tables()) {
            Relation relation = restored.remove(table.sqlName());
            if (relation == null) {
                differs("table " + table.qualifiedName() + " is missing", table.kind());
            } else if (relation.kind() != table.kind()
                    && !mayBeUnfilled(table, relation)
                    && !leftOnPrimary(table, relation)) {
                differs(table.qualifiedName() + " is a " + relation.kind() + ", was a " + table.kind(), table.kind());
            } else if (rows && table.holdsRows() && same(table, relation, fingerprints.get(relation), partitions)) {
                identical++;
            }
        }
        restored.values().forEach(r -> differs(r.qualifiedName() + " was not in the backup", r.kind()));
        String all = Count.of(manifest.summary().tables(), "table");
        checks.add(
                switch (rows ? manifest.options().proof() : "none") {
                    case "full" -> identical + " of " + all + " identical";
                    case "counts" -> identical + " of " + all + " of equal count";
                    default -> all + " present";
                });
        return identical;
    }

    /** Which tables hold its configuration is up to the extension, and may be otherwise in another version. */
    private void differs(String what, Relation.Kind kind) {
        if (otherVersion && kind == Relation.Kind.EXTENSION_CONFIGURATION) {
            warnings.add(what + ": an extension of another version has other tables for its configuration");
        } else {
            different.add(what);
        }
    }

    /** An unlogged table of which the standby had no rows is an ordinary one here. */
    private static boolean leftOnPrimary(TableEntry before, Relation now) {
        return before.kind() == Relation.Kind.UNLOGGED_ON_STANDBY && now.kind().dumped();
    }

    /** Filling a materialised view is part of the data, and may need a foreign server that is away. */
    private boolean mayBeUnfilled(TableEntry before, Relation now) {
        return before.kind() == Relation.Kind.MATERIALIZED_VIEW
                && now.kind() == Relation.Kind.UNPOPULATED_VIEW
                && (!rows || unfilled.contains(before));
    }

    private boolean same(TableEntry table, Relation relation, @Nullable Fingerprint now, HashPartitions partitions) {
        if (table.rows() == null) {
            return false;
        }
        Likeness likeness =
                now == null ? Likeness.OTHER : now.comparedTo(new Fingerprint(table.rows(), table.fingerprint()));
        return switch (likeness == Likeness.OTHER ? partitions.together(relation) : likeness) {
            case SAME -> true;
            // What the backup holds has come back whole.
            case RECOMPUTED -> {
                warnings.add(GeneratedColumns.recomputed(sql, relation));
                yield true;
            }
            case OTHER -> {
                different.add(table.qualifiedName()
                        + (now != null && table.rows().equals(now.rows())
                                ? " has other content than before in " + now.rows() + " rows"
                                : " has " + (now == null ? "no" : now.rows()) + " rows, had " + table.rows()));
                yield false;
            }
        };
    }

    private void largeObjects(long count, @Nullable String fingerprint) {
        Manifest.LargeObjects before = manifest.largeObjects();
        if (count != before.count()) {
            different.add(count + " large objects, were " + before.count());
        } else if (!Objects.equals(before.fingerprint(), fingerprint)) {
            different.add("the large objects have other content than before");
        } else if (count > 0) {
            checks.add(count + " large objects");
        }
    }

    private void objects(Map<String, Long> now) {
        Map<String, Long> kinds = new TreeMap<>(manifest.objects());
        kinds.forEach((kind, before) -> {
            long after = counted(kind, now);
            if (before == after
                    || (!sameMajor && OF_ONE_MAJOR.contains(kind))
                    || (kind.equals(UNVALIDATED) && after < before)
                    || leftOut(kind, before, after)) {
                return;
            }
            if (ObjectCounts.areOfExtensions(kind)) {
                extensionsObjects(kind, before, after);
            } else {
                different.add(after + " " + kind + ", were " + before);
            }
        });
        checks.add(now.getOrDefault("foreign keys", 0L) + " foreign keys hold");
        long indexes = now.getOrDefault("indexes", 0L);
        checks.add(
                indexesLeftOut == 0
                        ? indexes + " indexes"
                        : indexes + " of " + manifest.objects().getOrDefault("indexes", 0L) + " indexes");
    }

    /** One that is missing on a partition leaves that of the partitioned table invalid. */
    private boolean leftOut(String kind, long before, long after) {
        return (kind.equals("indexes") && after == before - indexesLeftOut)
                || (kind.equals("invalid indexes") && after > before && after - before <= indexesLeftOut);
    }

    /** The first backups of format 1 count those of extensions among the others. */
    private long counted(String kind, Map<String, Long> now) {
        String ofExtensions = ObjectCounts.ofExtensions(kind);
        return now.getOrDefault(kind, 0L)
                + (manifest.objects().containsKey(ofExtensions) ? 0 : now.getOrDefault(ofExtensions, 0L));
    }

    /** Where the version is the same, somebody has put them there by hand: pg_dump leaves such objects out. */
    private void extensionsObjects(String kind, long before, long after) {
        if (!otherVersion && sameMajor) {
            warnings.add(after + " " + kind + ", were " + before
                    + ": what is put on an extension's own tables by hand is in no dump; make it again");
        }
    }

    /** A cyclic sequence hands its values out again, so that none of them is behind. */
    private void sequences(List<SequenceState> restored, Set<String> cyclic) {
        Map<String, SequenceState> now =
                restored.stream().collect(Collectors.toMap(SequenceState::sqlName, Function.identity()));
        for (SequenceState before : manifest.sequences()) {
            SequenceState after = now.get(before.sqlName());
            if (after == null) {
                different.add("sequence " + before.qualifiedName() + " is missing");
            } else if (rows && !cyclic.contains(before.sqlName()) && !before.keptBy(after)) {
                different.add("sequence " + before.qualifiedName() + " is at " + after.lastValue() + ", was at "
                        + before.lastValue());
            }
        }
        checks.add(restored.size() + " sequences");
    }

    private void extensions(Map<String, String> now) {
        for (Extension before : manifest.needs().extensions()) {
            String version = now.get(before.name());
            if (version == null) {
                different.add("extension " + before.name() + " is missing");
            } else if (sameMajor && !version.equals(before.version())) {
                // Another major version brings its own extensions along; the plan has named them.
                warnings.add("extension " + before.name() + " is at " + version + ", was at " + before.version());
            }
        }
    }
}
