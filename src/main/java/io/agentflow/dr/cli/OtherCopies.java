package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.store.BackupStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What other stores of the configuration have of a backup that is deleted in one.
 *
 * @param primaries of them those that the one follows: they send it again
 */
record OtherCopies(List<String> stores, List<String> primaries) {
    /** Looks for them. A store that cannot be asked is not told of. */
    static OtherCopies of(
            BackupId id, BackupStore store, AfConfig config, Function<ConfiguredStore, BackupStore> open) {
        List<String> stores = new ArrayList<>();
        List<String> primaries = new ArrayList<>();
        List<ConfiguredStore> followed = config.followedBy(store.place());
        for (ConfiguredStore other : config.storesInUse()) {
            if (!other.isAt(store.place()) && has(open, other, id)) {
                stores.add(other.name());
                if (followed.contains(other)) {
                    primaries.add(other.name());
                }
            }
        }
        return new OtherCopies(stores, primaries);
    }

    private static boolean has(Function<ConfiguredStore, BackupStore> open, ConfiguredStore other, BackupId id) {
        try {
            return open.apply(other).ids().contains(id);
        } catch (AfException e) {
            return false;
        }
    }

    /** For people, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!stores.isEmpty()) {
            lines.add("It stays in " + String.join(", ", stores) + ".");
        }
        if (!primaries.isEmpty()) {
            lines.add("af serve sends it here again from " + String.join(", ", primaries)
                    + ", which this store follows: delete it there, too, if it is to go for good.");
        }
        return lines;
    }
}
