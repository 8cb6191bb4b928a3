package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.follow.SameBackup;
import io.agentflow.dr.store.BackupStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What other stores of the configuration have of a backup that is deleted in one.
 *
 * @param doubtful those that list it, and why what they have is no copy
 * @param silent those that could not be asked
 * @param primaries of them those that the one follows: they send it again
 */
record OtherCopies(List<String> stores, Map<String, String> doubtful, List<String> silent, List<String> primaries) {
    /** Looks for them. */
    static OtherCopies of(
            BackupId id, BackupStore store, AfConfig config, Function<ConfiguredStore, BackupStore> open) {
        OtherCopies found =
                new OtherCopies(new ArrayList<>(), new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        List<ConfiguredStore> followed = config.followedBy(store.place());
        Set<String> marks = store.marks();
        for (ConfiguredStore other : config.storesInUse()) {
            if (!other.isAt(store.place())) {
                found.look(id, store, marks, other, open, followed.contains(other));
            }
        }
        return found;
    }

    private void look(
            BackupId id,
            BackupStore store,
            Set<String> marks,
            ConfiguredStore other,
            Function<ConfiguredStore, BackupStore> open,
            boolean followed) {
        try {
            BackupStore there = open.apply(other);
            // Another address of the same place keeps nothing.
            if (!Collections.disjoint(marks, there.marks()) || !there.ids().contains(id)) {
                return;
            }
            if (followed) {
                primaries.add(other.name());
            }
            new SameBackup(store, there)
                    .doubt(id)
                    .ifPresentOrElse(why -> doubtful.put(other.name(), why), () -> stores.add(other.name()));
        } catch (AfException e) {
            silent.add(other.name());
        }
    }

    /** For people, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!stores.isEmpty()) {
            lines.add("It stays in " + String.join(", ", stores) + ".");
        }
        doubtful.forEach((name, why) -> lines.add("It is listed in " + name + ", too, but there it " + why + "."));
        if (!silent.isEmpty()) {
            lines.add("Whether " + String.join(", ", silent) + " has it could not be seen.");
        }
        if (!primaries.isEmpty()) {
            lines.add("af serve sends it here again from " + String.join(", ", primaries)
                    + ", which this store follows: delete it there, too, if it is to go for good.");
        }
        return lines;
    }
}
