package io.agentflow.dr.critical;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.ListedBackup;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Span;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.restore.RestoreRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Looks for the newest older backup that has the wanted tables: the newest may be one of what was left. */
final class OlderBackup {
    /** Each is a manifest to read, perhaps from far away. */
    private static final int MOST = 50;

    private final RestoreRequest request;
    private final Manifest newer;

    /** @param newer the backup that lacks one of them */
    OlderBackup(RestoreRequest request, Manifest newer) {
        this.request = request;
        this.newer = newer;
    }

    /**
     * What to do about a table that the backup does not hold: the command for the one that has it, if there is one.
     *
     * @param wanted all tables that are wanted
     */
    String hint(List<String> wanted) {
        return found(wanted)
                .map(older -> words(older, wanted))
                .orElseGet(() -> "See its tables with: af backup show " + newer.id() + " --json");
    }

    private String words(Manifest older, List<String> wanted) {
        return "Backup " + older.id() + ", taken "
                + Span.of(Duration.between(older.createdAt(), newer.createdAt())) + " earlier, has "
                + (wanted.size() == 1 ? "it" : "all of them") + ": " + request.again(older.id());
    }

    private Optional<Manifest> found(List<String> wanted) {
        BackupCatalog catalog = new BackupCatalog(request.store());
        try {
            return catalog.list().stream()
                    .filter(one -> one.id().compareTo(newer.id()) < 0)
                    .filter(this::isOfSameName)
                    .limit(MOST)
                    .flatMap(one -> readable(catalog, one.id()).stream())
                    .filter(older -> has(older, wanted))
                    .findFirst();
        } catch (AfException e) {
            // The store is away now: the table is missing all the same.
            return Optional.empty();
        }
    }

    private boolean isOfSameName(ListedBackup one) {
        ManifestHead head = one.head();
        return head != null && head.database().equals(newer.database());
    }

    private static Optional<Manifest> readable(BackupCatalog catalog, BackupId id) {
        try {
            return Optional.of(catalog.manifest(id))
                    .filter(manifest -> manifest.id().equals(id));
        } catch (ManifestDamagedException | NotFound e) {
            // Damaged, or expired meanwhile: one before it may do.
            return Optional.empty();
        }
    }

    /** Of a cluster that is not known nobody can tell whether it is the same. */
    private boolean has(Manifest older, List<String> wanted) {
        String cluster = newer.source().systemIdentifier();
        return cluster != null
                && cluster.equals(older.source().systemIdentifier())
                && !older.createdAt().isAfter(newer.createdAt())
                && wanted.stream().allMatch(name -> older.tables().stream().anyMatch(table -> table.isCalled(name)));
    }
}
