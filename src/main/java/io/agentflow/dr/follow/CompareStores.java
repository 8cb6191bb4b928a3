package io.agentflow.dr.follow;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.retention.Candidate;
import io.agentflow.dr.retention.OwnedBackups;
import io.agentflow.dr.retention.PlanRetention;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.verify.CheckSignature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks what a follower lacks of the backups of one database: of each store only what is trusted counts. Changes nothing
 * but marks. For one thread.
 */
public final class CompareStores {
    /** Of what it lists, so many are looked at more closely each time: to look at all would cost as many requests. */
    private static final int AT_A_TIME = 3;

    private final BackupStore primary;
    private final Follower follower;
    private final CheckSignature signature;
    private final KnownStores places;
    private final Map<BackupId, String> doubts = new TreeMap<>();
    private int next;
    /** What it had when it was last asked; null if it never was. */
    private @Nullable List<OwnedBackups> known;

    public CompareStores(BackupStore primary, Follower follower, CheckSignature signature, KnownStores places) {
        this.primary = primary;
        this.follower = follower;
        this.signature = signature;
        this.places = places;
    }

    /**
     * Compares it with the primary, over all clusters that have a database of the name.
     *
     * @param database as PostgreSQL calls it
     * @throws AfException if the primary cannot be read
     * @throws io.agentflow.dr.core.UsageError if both are one place
     */
    public Behind look(String database, Instant now) {
        List<Behind> each = new ArrayList<>();
        for (OwnedBackups owned : PlanRetention.owned(new BackupCatalog(primary), signature, database, now)) {
            each.add(look(owned, now));
        }
        return doubting(new Behind(
                all(each, Behind::absent),
                all(each, Behind::damaged),
                all(each, Behind::listed),
                each.stream()
                        .map(Behind::unreachable)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null)));
    }

    /** What was doubted is looked at each time; of the others a few, the newest first, in their turn. */
    private Behind doubting(Behind behind) {
        doubts.keySet().retainAll(behind.listed());
        if (behind.unreachable() == null && !behind.listed().isEmpty()) {
            Set<BackupId> looked = new LinkedHashSet<>(doubts.keySet());
            for (int i = 0; i < AT_A_TIME; i++) {
                looked.add(behind.listed().get(next++ % behind.listed().size()));
            }
            next %= behind.listed().size();
            SameBackup same = new SameBackup(primary, follower.store().store());
            looked.forEach(id -> same.doubt(id).ifPresentOrElse(why -> doubts.put(id, why), () -> doubts.remove(id)));
        }
        return behind.doubting(doubts.keySet());
    }

    private static List<BackupId> all(List<Behind> each, Function<Behind, List<BackupId>> which) {
        return each.stream().flatMap(one -> which.apply(one).stream()).toList();
    }

    /**
     * Compares it with these backups of the primary. One that cannot be asked counts as it was last seen; else as empty.
     *
     * @throws io.agentflow.dr.core.UsageError if both are one place
     */
    Behind look(OwnedBackups owned, Instant now) {
        places.require(primary);
        String unreachable = null;
        try {
            BackupStore store = follower.store().store();
            places.requireApart(primary, store);
            known = PlanRetention.owned(new BackupCatalog(store), signature, owned.database(), now);
        } catch (UsageError e) {
            throw e;
        } catch (AfException e) {
            unreachable = e.fact();
        }
        return new DecideLacking(follower.policy(), now).decide(owned.backups(), there(owned), unreachable);
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
