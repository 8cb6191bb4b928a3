package io.agentflow.dr.follow;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.retention.Candidate;
import io.agentflow.dr.retention.OwnedBackups;
import io.agentflow.dr.retention.PlanRetention;
import io.agentflow.dr.store.BackupStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks what a follower lacks of the backups of one database. Changes nothing. For one thread. */
public final class CompareStores {
    private final Follower follower;
    /** What it had when it was last asked; null if it never was. */
    private @Nullable List<OwnedBackups> known;

    public CompareStores(Follower follower) {
        this.follower = follower;
    }

    /**
     * Compares it with the primary, over all clusters that have a database of the name.
     *
     * @param database as PostgreSQL calls it
     * @throws AfException if the primary cannot be read
     */
    public Behind with(BackupStore primary, String database, Instant now) {
        List<Behind> each = new ArrayList<>();
        for (OwnedBackups owned : PlanRetention.owned(new BackupCatalog(primary), database, now)) {
            each.add(with(owned, now));
        }
        return new Behind(
                all(each, Behind::absent),
                all(each, Behind::damaged),
                each.stream()
                        .map(Behind::unreachable)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null));
    }

    private static List<BackupId> all(List<Behind> each, Function<Behind, List<BackupId>> which) {
        return each.stream().flatMap(one -> which.apply(one).stream()).toList();
    }

    /** Compares it with backups of the primary. One that cannot be asked counts as it was last seen; else as empty. */
    Behind with(OwnedBackups owned, Instant now) {
        String unreachable = null;
        try {
            unreachable = gone();
            if (unreachable == null) {
                known = PlanRetention.owned(new BackupCatalog(follower.store().store()), owned.database(), now);
            }
        } catch (AfException e) {
            unreachable = e.fact();
        }
        return new DecideLacking(follower.policy(), now).decide(owned.backups(), there(owned), unreachable);
    }

    /** One that had backups and is no longer there is not made anew: perhaps its disk is not mounted. */
    private @Nullable String gone() {
        List<OwnedBackups> all = known;
        return all == null || all.isEmpty() || follower.store().store().present()
                ? null
                : follower.name() + " is gone, which had backups";
    }

    private List<Candidate> there(OwnedBackups owned) {
        List<OwnedBackups> all = known;
        return all == null
                ? List.of()
                : all.stream()
                        .filter(owned::isOfSame)
                        .flatMap(one -> one.backups().stream())
                        .toList();
    }
}
