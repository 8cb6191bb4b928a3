package io.agentflow.dr.catalog;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.store.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The backups of one store. */
public final class BackupCatalog {
    private final Repository store;

    public BackupCatalog(Repository store) {
        this.store = store;
    }

    public Repository store() {
        return store;
    }

    /** All backups, newest first. One whose manifest cannot be read is listed as damaged, not left out. */
    public List<ListedBackup> list() {
        return store.each(store.ids(), this::listed);
    }

    private ListedBackup listed(BackupId id) {
        EvidenceFile newest = evidence(id).stream().findFirst().orElse(null);
        try (InputStream json = store.manifest(id)) {
            ManifestHead head = ManifestHead.read(json);
            // Not by the equals of records, which the JVM makes anew in every process.
            String damage = head.id().text().equals(id.text()) ? null : "its manifest is that of " + head.id();
            return new ListedBackup(id, damage == null ? head : null, damage, newest);
        } catch (ManifestDamagedException e) {
            return new ListedBackup(id, null, e.fact(), newest);
        } catch (IOException e) {
            return new ListedBackup(id, null, "the manifest cannot be read: " + e.getMessage(), newest);
        }
    }

    /** The evidence of a backup, newest first. */
    public List<EvidenceFile> evidence(BackupId id) {
        List<EvidenceFile> found = new ArrayList<>();
        try {
            store.evidence(id).forEach(name -> EvidenceFile.parse(name).ifPresent(found::add));
        } catch (IOException e) {
            // Evidence that cannot be read proves nothing: the backup is listed without.
            found.clear();
        }
        found.sort(Comparator.comparing(EvidenceFile::at).reversed());
        return found;
    }

    /**
     * Finds the backup that a person means: a whole id, {@code latest}, {@code oldest}, or the beginning or end of an id
     * if only one has it.
     *
     * @throws NotFound if there is none
     */
    public BackupId select(String selector) {
        List<BackupId> ids = store.ids();
        if (ids.isEmpty()) {
            throw new NotFound(
                    "there are no backups in " + store.name(), "Make one with: af backup create " + store.argument());
        }
        Optional<BackupId> whole = BackupId.parse(selector).filter(ids::contains);
        if (whole.isPresent()) {
            return whole.get();
        }
        return switch (selector) {
            case "latest" -> ids.get(0);
            case "oldest" -> ids.get(ids.size() - 1);
            default ->
                onlyOne(selector, ids.stream().filter(id -> named(id, selector)).toList());
        };
    }

    /**
     * The same, with {@code latest} and {@code oldest} among the backups of one database.
     *
     * @throws NotFound if there is none
     */
    public BackupId select(String selector, DatabaseName of) {
        if (!selector.equals("latest") && !selector.equals("oldest")) {
            return select(selector);
        }
        List<BackupId> ids = list().stream()
                .filter(backup -> mayBe(backup.head(), of))
                .map(ListedBackup::id)
                .toList();
        if (ids.isEmpty()) {
            throw new NotFound(
                    "there is no backup of " + of + " in " + store.name(),
                    "Name the id of the one to restore: af backup list " + ShellWord.of(store.argument()));
        }
        return ids.get(selector.equals("latest") ? 0 : ids.size() - 1);
    }

    /** One whose manifest cannot be read may be the one that is meant: that must be said, not passed over. */
    private static boolean mayBe(@Nullable ManifestHead head, DatabaseName of) {
        return head == null || head.database().equals(of.text());
    }

    private static boolean named(BackupId id, String part) {
        return !part.isEmpty() && (id.text().startsWith(part) || id.suffix().equals(part));
    }

    private BackupId onlyOne(String selector, List<BackupId> found) {
        if (found.isEmpty()) {
            throw new NotFound(
                    "there is no backup '" + selector + "' in " + store.name(),
                    "See: af backup list " + store.argument());
        }
        if (found.size() > 1) {
            throw new AfException(
                    ExitCode.USAGE,
                    "'" + selector + "' could be " + found.size() + " backups, such as " + found.get(0) + " and "
                            + found.get(1),
                    "Give more of the id.");
        }
        return found.get(0);
    }

    /**
     * The whole manifest of a backup.
     *
     * @throws ManifestDamagedException if it cannot be trusted to be one
     */
    public Manifest manifest(BackupId id) {
        try (InputStream json = store.manifest(id)) {
            return ManifestJson.read(json);
        } catch (IOException e) {
            throw new ManifestDamagedException("the manifest cannot be read: " + e.getMessage(), e);
        }
    }
}
