package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.ListedBackup;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** The backups of several stores, and which of them have each. A store that cannot be asked leaves the others listed. */
final class BackupsByStore {
    private final Map<BackupId, ListedBackup> backups = new TreeMap<>(Comparator.reverseOrder());
    private final Map<BackupId, List<String>> stores = new TreeMap<>();
    private final Map<BackupId, List<String>> pinned = new TreeMap<>();
    private final Map<BackupId, Map<String, String>> doubtful = new TreeMap<>();
    private final Map<String, AfException> unreachable = new LinkedHashMap<>();
    private final Map<String, AfException> strange = new LinkedHashMap<>();
    private final List<NamedStore> asked;

    /**
     * What one of them has.
     *
     * @param stranger why it may be another store than was there before
     */
    record Listed(List<ListedBackup> backups, Optional<Unreachable> stranger) {}

    /**
     * Asks them all.
     *
     * @param asked the primary first: what it says of a backup is shown
     * @throws AfException if none of them can be asked
     */
    BackupsByStore(List<NamedStore> asked, AskStores ask, Function<NamedStore, Listed> list) {
        this.asked = asked;
        ask.askMeant(asked, list).forEach((one, answer) -> {
            AfException failure = answer.failure();
            if (failure != null) {
                unreachable.put(one.name(), failure);
            }
            Listed listed = answer.value();
            if (listed != null) {
                listed.backups().forEach(backup -> add(one.name(), backup));
                listed.stranger().ifPresent(why -> strange.put(one.name(), why));
            }
        });
        if (unreachable.size() == asked.size()) {
            throw unreachable.values().iterator().next();
        }
        if (!backups.isEmpty()) {
            asked.stream()
                    .filter(one -> !unreachable.containsKey(one.name()))
                    .filter(one -> !one.store().remote() && !one.store().present())
                    .forEach(this::absent);
        }
    }

    /** Before the first backup no directory is there; later its disk may be missing. */
    private void absent(NamedStore one) {
        unreachable.put(one.name(), one.store().absent());
    }

    private void add(String store, ListedBackup backup) {
        if (backups.putIfAbsent(backup.id(), backup) != null) {
            doubt(backup)
                    .ifPresent(why -> doubtful.computeIfAbsent(backup.id(), none -> new LinkedHashMap<>())
                            .put(store, why));
        }
        stores.computeIfAbsent(backup.id(), none -> new ArrayList<>()).add(store);
        if (backup.pinned()) {
            pinned.computeIfAbsent(backup.id(), none -> new ArrayList<>()).add(store);
        }
    }

    /** What is wrong with a copy, as far as a list tells. */
    private static Optional<String> doubt(ListedBackup copy) {
        EvidenceFile evidence = copy.evidence();
        return Optional.ofNullable(copy.damage())
                .or(() -> Optional.ofNullable(evidence)
                        .filter(one -> !one.kind().good())
                        .map(one -> one.kind().words()));
    }

    /** The stores beside the first that has it whose copy is damaged, and by what that is known. */
    Map<String, String> doubtful(ListedBackup backup) {
        return doubtful.getOrDefault(backup.id(), Map.of());
    }

    /** Newest first. */
    List<ListedBackup> backups() {
        return List.copyOf(backups.values());
    }

    /** The stores that have it, the primary first. */
    List<String> storesOf(ListedBackup backup) {
        return List.copyOf(stores.getOrDefault(backup.id(), List.of()));
    }

    /** Those of them in which it is pinned. */
    List<String> pinnedIn(ListedBackup backup) {
        return List.copyOf(pinned.getOrDefault(backup.id(), List.of()));
    }

    /** The stores that were asked, by their names. */
    List<String> names() {
        return asked.stream().map(NamedStore::name).toList();
    }

    /** Those of them that answered. */
    List<String> reached() {
        return names().stream().filter(name -> !unreachable.containsKey(name)).toList();
    }

    /** Those that could not be, and why. */
    Map<String, AfException> unreachable() {
        return unreachable;
    }

    /** Those of which it is doubtful that they are the stores that were there before, and why. */
    Map<String, AfException> strange() {
        return strange;
    }

    /** Whether all were asked, and are what they were. */
    boolean sound() {
        return unreachable.isEmpty() && strange.isEmpty();
    }

    /** How wide a column of stores must be; 0 where there is but one. */
    int width() {
        return asked.size() < 2
                ? 0
                : stores.values().stream()
                        .mapToInt(some -> String.join(",", some).length())
                        .max()
                        .orElse(0);
    }
}
