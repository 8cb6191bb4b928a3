package io.agentflow.dr.follow;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.retention.Candidate;
import io.agentflow.dr.retention.DecideExpiry;
import io.agentflow.dr.retention.Decision;
import io.agentflow.dr.retention.KeepRule;
import io.agentflow.dr.retention.RetentionPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides which backups of one database a follower lacks: those of the primary that it has not, or not whole, and would not
 * let expire at once. What is damaged at the primary can be sent to nobody. It knows neither a clock nor a store.
 */
public final class DecideLacking {
    private final RetentionPolicy policy;
    private final Instant now;

    /** @param policy of the follower */
    public DecideLacking(RetentionPolicy policy, Instant now) {
        this.policy = policy;
        this.now = now;
    }

    /**
     * Decides on all backups of one database.
     *
     * @param there what the follower has
     * @param unreachable why nobody knows what is there; null if it is known
     */
    public Behind decide(Collection<Candidate> primary, Collection<Candidate> there, @Nullable String unreachable) {
        Map<BackupId, Candidate> has = there.stream().collect(Collectors.toMap(Candidate::id, one -> one));
        Set<BackupId> wanted = wanted(primary, has);
        List<BackupId> absent = new ArrayList<>();
        List<BackupId> damaged = new ArrayList<>();
        List<BackupId> listed = new ArrayList<>();
        primary.stream()
                .filter(one -> !one.failed() && wanted.contains(one.id()))
                .map(Candidate::id)
                .sorted(Comparator.reverseOrder())
                .forEach(id -> {
                    Candidate copy = has.get(id);
                    if (copy == null) {
                        absent.add(id);
                    } else if (copy.failed()) {
                        damaged.add(id);
                    } else {
                        listed.add(id);
                    }
                });
        return new Behind(absent, damaged, listed, unreachable);
    }

    /** What the follower would keep if it had all. */
    private Set<BackupId> wanted(Collection<Candidate> primary, Map<BackupId, Candidate> has) {
        Map<BackupId, Candidate> all = new TreeMap<>(has);
        // Whether one is whole counts where it is to be had.
        primary.forEach(one -> all.put(one.id(), one));
        Set<BackupId> wanted = new HashSet<>();
        for (Decision one :
                new DecideExpiry(policy, now).decide(all.values(), List.of()).decisions()) {
            // That newer ones fail keeps what is there, and is no reason to send what would expire without that.
            if (one.kept().stream().anyMatch(why -> why.rule() != KeepRule.NEWER_ONES_FAIL)) {
                wanted.add(one.backup().id());
            }
        }
        return wanted;
    }
}
