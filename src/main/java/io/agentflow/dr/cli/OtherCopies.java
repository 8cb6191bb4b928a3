package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.follow.SameBackup;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What other stores of the configuration have of a backup that is deleted in one.
 *
 * @param doubtful those that list it, and why what they have is no copy
 * @param silent those that could not be asked, and why
 * @param primaries of those that have it, the ones that the one follows: they send it again
 * @param followed all that the one follows
 */
record OtherCopies(
        List<String> stores,
        Map<String, String> doubtful,
        Map<String, String> silent,
        List<String> primaries,
        List<String> followed) {
    /** Looks for them in all stores at once. */
    static OtherCopies of(
            BackupId id,
            BackupStore store,
            AfConfig config,
            AskStores ask,
            Function<ConfiguredStore, BackupStore> open) {
        OtherCopies found = new OtherCopies(
                new ArrayList<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new ArrayList<>(),
                config.followedBy(store.place()).stream()
                        .map(ConfiguredStore::name)
                        .toList());
        Look look = new Look(id, store, store.marks(), new KnownStores(config.stateDirectory()));
        ask.ask(found.others(store, config, open), look::at).forEach((other, answer) -> {
            AfException failure = answer.failure();
            if (failure != null) {
                found.silent.put(other.name(), failure.fact());
            } else if (answer.value() != null) {
                found.add(other.name(), answer.value());
            }
        });
        return found;
    }

    private List<NamedStore> others(BackupStore store, AfConfig config, Function<ConfiguredStore, BackupStore> open) {
        List<NamedStore> others = new ArrayList<>();
        for (ConfiguredStore other : config.storesInUse()) {
            try {
                if (!other.isAt(store.place())) {
                    others.add(new NamedStore(other.name(), open.apply(other)));
                }
            } catch (AfException e) {
                silent.put(other.name(), e.fact());
            }
        }
        return others;
    }

    private void add(String name, Copy copy) {
        if (copy.none() && followed.contains(name)) {
            // A mount point without its disk is there, and empty.
            silent.put(name, "it has no backups at all");
        }
        if (!copy.listed()) {
            return;
        }
        if (followed.contains(name)) {
            primaries.add(name);
        }
        copy.doubt().ifPresentOrElse(why -> doubtful.put(name, why), () -> stores.add(name));
    }

    /**
     * @param none whether the other place has no backups at all
     * @param doubt why what is listed is no copy
     */
    private record Copy(boolean none, boolean listed, Optional<String> doubt) {}

    /** @param marks of the store in which it is deleted */
    private record Look(BackupId id, BackupStore store, Set<String> marks, KnownStores places) {
        Copy at(NamedStore other) {
            BackupStore there = other.store();
            // Another address of the same place keeps nothing.
            if (!Collections.disjoint(marks, there.marks())) {
                return new Copy(false, false, Optional.empty());
            }
            List<BackupId> ids = there.ids();
            if (ids.isEmpty()) {
                places.requireInSight(there);
            }
            boolean listed = ids.contains(id);
            return new Copy(ids.isEmpty(), listed, listed ? new SameBackup(store, there).doubt(id) : Optional.empty());
        }
    }

    /**
     * Wants that what the store follows was asked: where that is away, has lost its disk or its backups, this may be the last
     * copy of any.
     *
     * @throws Refused if one of them was not
     */
    void requirePrimaries(String store) {
        for (String primary : followed) {
            String why = silent.get(primary);
            if (why != null) {
                throw new Refused(
                        "nobody knows whether " + primary + " has it, which " + store + " follows, and here may be the"
                                + " last copy: " + why,
                        "Bring " + primary + " back, or take it out of the configuration if it is gone for good.");
            }
        }
    }

    /** For people, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!stores.isEmpty()) {
            lines.add("It stays in " + String.join(", ", stores) + ".");
        }
        doubtful.forEach((name, why) -> lines.add("It is listed in " + name + ", too, but there it " + why + "."));
        silent.forEach((name, why) -> lines.add("Whether " + name + " has it could not be seen: " + why + "."));
        if (!primaries.isEmpty()) {
            lines.add("af serve sends it here again from " + String.join(", ", primaries)
                    + ", which this store follows: delete it there, too, if it is to go for good.");
        }
        return lines;
    }
}
