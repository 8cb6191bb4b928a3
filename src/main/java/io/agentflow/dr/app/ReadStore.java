package io.agentflow.dr.app;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.catalog.ListedBackup;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.daemon.StoreContents;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.store.BackupStore;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks what a store holds of one database. Reads the heads of the manifests and the names of the evidence. */
final class ReadStore {
    private ReadStore() {}

    /** @param database as PostgreSQL calls it */
    static StoreContents read(BackupStore store, String database) {
        BackupCatalog catalog = new BackupCatalog(store);
        List<ListedBackup> all = catalog.list();
        // Whose manifest cannot be read is counted for each database of the store: nobody knows whose it was.
        long unreadable = all.stream().filter(backup -> backup.head() == null).count();
        List<ListedBackup> own = all.stream()
                .filter(backup ->
                        backup.head() != null && backup.head().database().equals(database))
                .toList();
        long damaged = own.stream().filter(backup -> damaged(backup.evidence())).count();
        long unproven =
                own.stream().filter(backup -> unproven(backup.evidence())).count();
        ManifestHead newest = own.stream()
                .filter(backup -> !damaged(backup.evidence()))
                .map(ListedBackup::head)
                .findFirst()
                .orElse(null);
        return new StoreContents(
                newest == null ? null : newest.createdAt(),
                damage(own),
                own.stream()
                        .filter(backup -> !damaged(backup.evidence()))
                        .map(ListedBackup::head)
                        .filter(Objects::nonNull)
                        .map(ManifestHead::createdAt)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                newest == null ? 0 : newest.summary().bytes(),
                own.stream()
                        .map(ListedBackup::head)
                        .filter(Objects::nonNull)
                        .mapToLong(head -> head.summary().bytes())
                        .sum(),
                (int) (own.size() - damaged - unproven),
                (int) unproven,
                (int) (damaged + unreadable),
                last(own, catalog, EvidenceKind.VERIFIED),
                last(own, catalog, EvidenceKind.RESTORED),
                all.stream().collect(Collectors.toMap(backup -> backup.id().text(), ReadStore::whole)));
    }

    /** Of the newest one, or of the one that was looked at last. */
    private static @Nullable String damage(List<ListedBackup> newestFirst) {
        Stream<ListedBackup> looked = newestFirst.stream()
                .filter(backup -> backup.evidence() != null)
                .max(Comparator.comparing(ReadStore::lookedAt))
                .stream();
        return Stream.concat(newestFirst.stream().limit(1), looked)
                .filter(backup -> damaged(backup.evidence()))
                .map(backup -> backup.id().text())
                .findFirst()
                .orElse(null);
    }

    private static Instant lookedAt(ListedBackup backup) {
        EvidenceFile evidence = backup.evidence();
        return evidence == null ? Instant.EPOCH : evidence.at();
    }

    private static Instant whole(ListedBackup backup) {
        return damaged(backup.evidence()) ? Instant.EPOCH : lookedAt(backup);
    }

    /** Whose backup this is, as PostgreSQL calls it; empty if its manifest cannot be read. */
    static String databaseOf(BackupStore store, BackupId id) {
        return new BackupCatalog(store)
                .list().stream()
                        .filter(backup -> backup.id().equals(id))
                        .map(ListedBackup::head)
                        .filter(Objects::nonNull)
                        .map(ManifestHead::database)
                        .findFirst()
                        .orElse("");
    }

    private static boolean unproven(@Nullable EvidenceFile evidence) {
        return evidence == null || !evidence.kind().proof();
    }

    private static boolean damaged(@Nullable EvidenceFile evidence) {
        return evidence != null && !evidence.kind().good();
    }

    /** The first evidence of a backup is from its making, and tells nothing of what became of it since. */
    private static @Nullable Instant last(List<ListedBackup> own, BackupCatalog catalog, EvidenceKind kind) {
        return own.stream()
                .flatMap(backup -> sinceMade(catalog.evidence(backup.id())))
                .filter(evidence -> evidence.kind() == kind)
                .map(EvidenceFile::at)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private static Stream<EvidenceFile> sinceMade(List<EvidenceFile> newestFirst) {
        return newestFirst.stream().limit(Math.max(0, newestFirst.size() - 1));
    }
}
