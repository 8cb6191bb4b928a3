package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What several stores list, asked at once: a backup that is to be changed is looked for in all of them.
 *
 * @param listed the ids that each has, the primary first
 * @param silent those that could not be asked
 */
record BackupCopies(Map<NamedStore, List<BackupId>> listed, Map<NamedStore, AfException> silent) {
    static BackupCopies in(List<NamedStore> stores, AskStores ask, KnownStores places) {
        BackupCopies copies = new BackupCopies(new LinkedHashMap<>(), new LinkedHashMap<>());
        ask.ask(stores, one -> ids(one, places)).forEach((store, answer) -> {
            if (answer.failure() != null) {
                copies.silent.put(store, answer.failure());
            } else if (answer.value() != null) {
                copies.listed.put(store, answer.value());
            }
        });
        return copies;
    }

    private static List<BackupId> ids(NamedStore one, KnownStores places) {
        List<BackupId> ids = one.store().ids();
        if (ids.isEmpty()) {
            places.requireInSight(one.store());
        }
        return ids;
    }

    /**
     * The one backup that is meant: what is changed may not be another one in another store.
     *
     * @throws UsageError if it is but a part of an id, and more than one has it, or may have it
     * @throws AfException if none has it
     */
    BackupId only(String selector) {
        List<BackupId> found = BackupCatalog.matching(all(), selector);
        if (found.size() > 1) {
            throw BackupCatalog.ambiguous(selector, found);
        }
        if (BackupId.parse(selector).isEmpty()) {
            silent.forEach((away, why) -> {
                throw new UsageError(
                        "'" + selector + "' may be another backup in " + away + ", which cannot be asked: "
                                + why.fact(),
                        "Give the whole id" + (found.isEmpty() ? "." : ": " + found.get(0)));
            });
        }
        return found.stream().findFirst().orElseThrow(() -> missing(selector));
    }

    private AfException missing(String selector) {
        return silent.values().stream()
                .findFirst()
                .orElseGet(() -> new NotFound(
                        "there is no backup '" + selector + "' in "
                                + listed.keySet().stream().map(NamedStore::name).collect(Collectors.joining(", ")),
                        "See: af backup list"));
    }

    private List<BackupId> all() {
        TreeSet<BackupId> all = new TreeSet<>();
        listed.values().forEach(all::addAll);
        return List.copyOf(all.descendingSet());
    }

    /** The stores that have it, the primary first. */
    List<NamedStore> having(BackupId id) {
        List<NamedStore> having = new ArrayList<>();
        listed.forEach((store, ids) -> {
            if (ids.contains(id)) {
                having.add(store);
            }
        });
        return having;
    }
}
