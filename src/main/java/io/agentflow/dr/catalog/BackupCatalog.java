package io.agentflow.dr.catalog;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.manifest.ManifestOrigin;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The backups of one store. */
public final class BackupCatalog {
    /** Names tell seconds: of what was found in one, damage counts, and what holds a backup. */
    private static final Comparator<EvidenceFile> NEWEST_FIRST = Comparator.comparing(EvidenceFile::at)
            .reversed()
            .thenComparing(one -> one.kind().good())
            .thenComparing(EvidenceFile::name);

    private final BackupStore store;

    public BackupCatalog(BackupStore store) {
        this.store = store;
    }

    public BackupStore store() {
        return store;
    }

    /**
     * All backups, newest first, without the components of their summaries. One whose manifest cannot be read is listed as
     * damaged, not left out.
     */
    public List<ListedBackup> list() {
        return store.each((id, evidence, manifest) -> listed(id, evidence, manifest, false));
    }

    /** The same, with the components. */
    public List<ListedBackup> listInFull() {
        return store.each((id, evidence, manifest) -> listed(id, evidence, manifest, true));
    }

    /** What to tell of backups that were begun and never finished because af was killed over them; mostly nothing. */
    public Optional<String> unfinished() {
        List<String> left = store.abandoned();
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(Count.of(left.size(), "unfinished backup") + " ("
                        + left.get(0) + (left.size() > 1 ? " and others" : "") + ") "
                        + (left.size() == 1 ? "is" : "are")
                        + " left of a run that was killed; the next backup create sweeps "
                        + (left.size() == 1 ? "it" : "them"));
    }

    private static ListedBackup listed(
            BackupId id, List<String> evidence, BackupStore.Opening manifest, boolean components) {
        List<EvidenceFile> files = newestFirst(evidence);
        EvidenceFile newest = newest(files, EvidenceKind.Weight.PROOF);
        newest = newest == null ? newest(files, EvidenceKind.Weight.GLANCE) : newest;
        boolean pinned = isPin(newest(files, EvidenceKind.Weight.PIN));
        try (InputStream json = manifest.open()) {
            ManifestHead head = ManifestHead.read(json, components);
            // Not by the equals of records, which the JVM makes anew in every process.
            String damage = head.id().text().equals(id.text()) ? null : "its manifest is that of " + head.id();
            return new ListedBackup(id, damage == null ? head : null, damage, newest, pinned);
        } catch (ManifestDamagedException e) {
            return new ListedBackup(id, null, e.fact(), newest, pinned);
        } catch (IOException e) {
            return new ListedBackup(id, null, "the manifest cannot be read: " + Reason.of(e), newest, pinned);
        }
    }

    private InputStream open(BackupId id) throws IOException {
        return store.open(ObjectKey.manifest(id));
    }

    /** What proves or disproves that a backup is whole, newest first. */
    public List<EvidenceFile> evidence(BackupId id) {
        return files(id).stream().filter(file -> file.kind().proof()).toList();
    }

    /** What was found out last, if that is that it is not whole. */
    public Optional<EvidenceKind> damageFound(BackupId id) {
        return evidence(id).stream().findFirst().map(EvidenceFile::kind).filter(kind -> !kind.good());
    }

    /** All that was found out about a backup, newest first. */
    public List<EvidenceFile> findings(BackupId id) {
        return files(id).stream()
                .filter(file -> file.kind().weight() != EvidenceKind.Weight.PIN)
                .toList();
    }

    /** What holds a backup by hand; empty if nothing does. */
    public Optional<EvidenceFile> pin(BackupId id) {
        EvidenceFile last = newest(files(id), EvidenceKind.Weight.PIN);
        return isPin(last) ? Optional.ofNullable(last) : Optional.empty();
    }

    /** When it was last pinned or unpinned; empty if never. */
    public Optional<Instant> pinChanged(BackupId id) {
        return Optional.ofNullable(newest(files(id), EvidenceKind.Weight.PIN)).map(EvidenceFile::at);
    }

    private static boolean isPin(@Nullable EvidenceFile file) {
        return file != null && file.kind() == EvidenceKind.PINNED;
    }

    /** Not by a stream: a list asks this twice for each of a thousand. */
    private static @Nullable EvidenceFile newest(List<EvidenceFile> newestFirst, EvidenceKind.Weight weight) {
        for (EvidenceFile file : newestFirst) {
            if (file.kind().weight() == weight) {
                return file;
            }
        }
        return null;
    }

    /**
     * Opens a file of evidence.
     *
     * @throws IOException if it is no plain file, or cannot be read
     */
    public InputStream open(BackupId id, EvidenceFile file) throws IOException {
        return store.open(new ObjectKey(id, new BackupPath(EvidenceFile.FOLDER + "/" + file.name())));
    }

    private List<EvidenceFile> files(BackupId id) {
        return newestFirst(store.evidence(id));
    }

    private static List<EvidenceFile> newestFirst(List<String> names) {
        List<EvidenceFile> found = new ArrayList<>();
        for (String name : names) {
            EvidenceFile.parse(name).ifPresent(found::add);
        }
        found.sort(NEWEST_FIRST);
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
            throw none();
        }
        return switch (selector) {
            case "latest" -> ids.get(0);
            case "oldest" -> ids.get(ids.size() - 1);
            default -> onlyOne(selector, matching(ids, selector));
        };
    }

    /** Those that a whole id, or its beginning or end, may mean. */
    public static List<BackupId> matching(List<BackupId> ids, String selector) {
        return BackupId.parse(selector)
                .filter(ids::contains)
                .map(List::of)
                .orElseGet(() -> ids.stream().filter(id -> named(id, selector)).toList());
    }

    /**
     * The same, with {@code latest} and {@code oldest} among the backups of one database.
     *
     * @throws NotFound if there is none
     */
    public BackupId select(String selector, DatabaseName of) {
        return select(selector, any -> Optional.of(of));
    }

    /**
     * The same, with {@code latest} and {@code oldest} among the backups of one database.
     *
     * @param of chooses it, from the names of those that have backups here, as PostgreSQL calls them; empty for any
     * @throws NotFound if there is none
     */
    public BackupId select(String selector, Function<SortedSet<String>, Optional<DatabaseName>> of) {
        if (!selector.equals("latest") && !selector.equals("oldest")) {
            return select(selector);
        }
        List<ListedBackup> all = list();
        Optional<DatabaseName> chosen = of.apply(databases(all));
        List<BackupId> ids = all.stream()
                .filter(backup -> chosen.map(name -> mayBe(backup.head(), name)).orElse(true))
                .map(ListedBackup::id)
                .toList();
        if (ids.isEmpty()) {
            throw chosen.map(this::none).orElseGet(this::none);
        }
        return ids.get(selector.equals("latest") ? 0 : ids.size() - 1);
    }

    private static SortedSet<String> databases(List<ListedBackup> backups) {
        SortedSet<String> databases = new TreeSet<>();
        for (ListedBackup backup : backups) {
            ManifestHead head = backup.head();
            if (head != null) {
                databases.add(head.database());
            }
        }
        return databases;
    }

    private NotFound none(DatabaseName of) {
        return new NotFound(
                "there is no backup of " + of + " in " + store.name(),
                "Name the id of the one to restore: af backup list " + ShellWord.of(store.name()));
    }

    private NotFound none() {
        List<BackupId> torn = store.withoutManifest();
        return torn.isEmpty()
                ? new NotFound(
                        "there are no backups in " + store.name(),
                        "Make one with: af backup create " + ShellWord.of(store.name()))
                : noManifest("there are no backups in " + store.name(), torn);
    }

    /** One whose manifest cannot be read may be the one that is meant: that must be said, not passed over. */
    private static boolean mayBe(@Nullable ManifestHead head, DatabaseName of) {
        return head == null || head.database().equals(of.text());
    }

    private static boolean named(BackupId id, String part) {
        return !part.isEmpty() && (id.text().startsWith(part) || id.suffix().equals(part));
    }

    /** Somebody who is told to make a new one might take the files that are left for nothing. */
    private NotFound noManifest(String fact, List<BackupId> torn) {
        return new NotFound(
                fact + ", but " + (torn.size() == 1 ? "1 folder" : torn.size() + " folders")
                        + " without manifest.json: " + torn.get(0) + (torn.size() > 1 ? " and others" : ""),
                "Put its manifest.json back, or restore it by hand with " + store.location(torn.get(0))
                        + "/RESTORE.md");
    }

    private BackupId onlyOne(String selector, List<BackupId> found) {
        if (found.isEmpty()) {
            List<BackupId> torn = store.withoutManifest().stream()
                    .filter(id -> named(id, selector))
                    .toList();
            if (!torn.isEmpty()) {
                throw noManifest("there is no backup '" + selector + "' in " + store.name(), torn);
            }
            throw new NotFound(
                    "there is no backup '" + selector + "' in " + store.name(),
                    "See: af backup list " + ShellWord.of(store.name()));
        }
        if (found.size() > 1) {
            throw ambiguous(selector, found);
        }
        return found.get(0);
    }

    /** What to tell whoever gives a part of an id that more than one backup has. */
    public static UsageError ambiguous(String selector, List<BackupId> found) {
        return new UsageError(
                "'" + selector + "' could be " + found.size() + " backups, such as " + found.get(0) + " and "
                        + found.get(1),
                "Give more of the id.");
    }

    /**
     * What a list shows of a backup.
     *
     * @throws ManifestDamagedException if its manifest does not begin like one
     */
    public ManifestHead head(BackupId id) {
        try (InputStream json = open(id)) {
            return ManifestHead.read(json, false);
        } catch (IOException e) {
            throw new ManifestDamagedException("the manifest cannot be read: " + Reason.of(e), e);
        }
    }

    /**
     * Where a backup came from.
     *
     * @throws ManifestDamagedException if its manifest does not begin like one
     */
    public ManifestOrigin origin(BackupId id) {
        try (InputStream json = open(id)) {
            return ManifestOrigin.read(json);
        } catch (IOException e) {
            throw new ManifestDamagedException("the manifest cannot be read: " + Reason.of(e), e);
        }
    }

    /**
     * The whole manifest of a backup.
     *
     * @throws ManifestDamagedException if it cannot be trusted to be one
     */
    public Manifest manifest(BackupId id) {
        try (InputStream json = open(id)) {
            return ManifestJson.read(json);
        } catch (IOException e) {
            throw new ManifestDamagedException("the manifest cannot be read: " + Reason.of(e), e);
        }
    }
}
