package io.agentflow.dr.critical;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Span;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.restore.RestoreRequest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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

    /** What to do about a table that the backup does not hold: the command for the one that has it, if there is one. */
    String hint() {
        return found().map(this::words)
                .orElseGet(() -> "See its tables with: af backup show " + newer.id() + " --json");
    }

    private String words(Manifest older) {
        List<String> wanted = request.tables().names();
        return "Backup " + older.id() + ", taken "
                + Span.of(Duration.between(older.createdAt(), newer.createdAt())) + " earlier, has "
                + (wanted.size() == 1 ? "it" : "all of them") + ": " + request.again(older.id());
    }

    private Optional<Manifest> found() {
        BackupCatalog catalog = new BackupCatalog(request.store());
        try {
            return catalog.store().ids().stream()
                    .filter(id -> id.compareTo(newer.id()) < 0)
                    .limit(MOST)
                    .flatMap(id -> readable(catalog, id).stream())
                    .filter(this::has)
                    .findFirst();
        } catch (AfException e) {
            // The store is away now: the table is missing all the same.
            return Optional.empty();
        }
    }

    private static Optional<Manifest> readable(BackupCatalog catalog, BackupId id) {
        try {
            return Optional.of(catalog.manifest(id))
                    .filter(manifest -> manifest.id().equals(id));
        } catch (ManifestDamagedException e) {
            return Optional.empty();
        }
    }

    private boolean has(Manifest older) {
        return older.database().equals(newer.database())
                && Objects.equals(
                        older.source().systemIdentifier(), newer.source().systemIdentifier())
                && !older.createdAt().isAfter(newer.createdAt())
                && request.tables().names().stream()
                        .allMatch(name -> older.tables().stream().anyMatch(table -> table.isCalled(name)));
    }
}
