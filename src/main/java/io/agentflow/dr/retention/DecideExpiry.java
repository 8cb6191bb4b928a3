package io.agentflow.dr.retention;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.retention.Decision.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which backups of one database expire. It knows neither a clock nor a store. Ages are counted from the newest
 * backup that verified, not from now: where none are made any more, or the clock runs away, nothing grows older.
 */
public final class DecideExpiry {
    /** The clocks of two machines differ by no more than this. */
    static final Duration CLOCKS = Duration.ofMinutes(5);

    /** Less time without a backup than this is no sign of a clock that jumped. */
    private static final Duration SHORT_GAP = Duration.ofDays(7);

    private final RetentionPolicy policy;
    private final Instant now;

    /** @param now by the clock of this machine, which may be wrong */
    public DecideExpiry(RetentionPolicy policy, Instant now) {
        this.policy = policy;
        this.now = now;
    }

    /**
     * What was decided.
     *
     * @param newest that verified, from which ages are counted; null if there is none
     * @param decisions on every backup, newest first
     * @param held why nothing expires that otherwise would; null if nothing is held
     * @param doubt why this should be looked at before it is applied; null if it need not
     */
    public record Decided(
            @Nullable Candidate newest,
            List<Decision> decisions,
            @Nullable String held,
            @Nullable String doubt) {
        /**
         * The same, but that nothing expires which another store is still to get.
         *
         * @param lacked why each of these must stay until then
         */
        public Decided sparing(Map<BackupId, List<String>> lacked) {
            return new Decided(
                    newest,
                    decisions.stream()
                            .map(one -> one.keptBy(
                                    KeepRule.FOLLOWER_LACKS,
                                    lacked.getOrDefault(one.backup().id(), List.of())))
                            .toList(),
                    held,
                    doubt);
        }
    }

    /**
     * Decides on all backups of one database.
     *
     * @param failures of attempts to back it up, and of backups that may be its
     */
    public Decided decide(Collection<Candidate> backups, Collection<Failure> failures) {
        List<Candidate> all = backups.stream().sorted(Candidate.NEWEST_FIRST).toList();
        List<Candidate> past = all.stream().filter(one -> !fromTheFuture(one)).toList();
        Candidate newest = past.stream().filter(Candidate::verified).findFirst().orElse(null);
        if (newest == null) {
            return new Decided(null, all.stream().map(this::unproven).toList(), null, null);
        }
        Map<BackupId, List<Why>> counted = counted(past);
        List<Decision> decisions = new ArrayList<>();
        for (Candidate one : all) {
            decisions.add(decision(one, newest, counted.getOrDefault(one.id(), List.of())));
        }
        Optional<String> failing = failing(past, newest, failures);
        if (failing.isPresent() && decisions.stream().anyMatch(Decision::expires)) {
            return new Decided(
                    newest,
                    decisions.stream()
                            .map(one -> one.expires() ? held(one, failing.get()) : one)
                            .toList(),
                    failing.get(),
                    null);
        }
        return new Decided(newest, decisions, null, gap(past, decisions));
    }

    private boolean fromTheFuture(Candidate one) {
        return one.at().isAfter(now.plus(CLOCKS));
    }

    private Decision unproven(Candidate one) {
        List<Why> kept = new ArrayList<>(always(one));
        kept.add(new Why(KeepRule.NOTHING_VERIFIED, "no backup of this database has verified"));
        return new Decision(one, kept, "");
    }

    private static Decision held(Decision one, String failing) {
        return new Decision(one.backup(), List.of(new Why(KeepRule.NEWER_ONES_FAIL, failing)), one.expiry());
    }

    private Decision decision(Candidate one, Candidate newest, List<Why> counted) {
        List<Why> kept = new ArrayList<>(always(one));
        boolean older = Candidate.NEWEST_FIRST.compare(one, newest) > 0;
        if (one.equals(newest)) {
            kept.add(new Why(KeepRule.NEWEST_VERIFIED, "the newest backup that verified"));
        } else if (!older) {
            kept.add(new Why(KeepRule.NEWER_THAN_VERIFIED, "newer than the newest backup that verified"));
        } else if (one.laterInWalThan(newest)) {
            kept.add(new Why(
                    KeepRule.NEWER_BY_LSN,
                    "newer than " + newest.id() + " by its LSN, older by its time: a clock was wrong"));
        }
        List<Why> byPolicy = new ArrayList<>(counted);
        if (!policy.within().isZero() && !one.at().isBefore(newest.at().minus(policy.within()))) {
            byPolicy.add(
                    0,
                    new Why(
                            KeepRule.KEEP_WITHIN,
                            "within " + RetentionPolicy.words(policy.within()) + " of the newest that verified"));
        }
        kept.addAll(byPolicy);
        return new Decision(one, kept, older && byPolicy.isEmpty() ? expiry(one, newest) : "");
    }

    /** What keeps a backup whatever the policy says. */
    private List<Why> always(Candidate one) {
        List<Why> kept = new ArrayList<>();
        if (fromTheFuture(one)) {
            kept.add(new Why(KeepRule.FROM_THE_FUTURE, "from the future: a clock is or was wrong"));
        }
        String pin = one.pin();
        if (pin != null) {
            kept.add(new Why(KeepRule.PINNED, "pinned: " + pin));
        }
        if (one.standing() == Candidate.Standing.UNVERIFIED) {
            kept.add(new Why(KeepRule.UNVERIFIED, "nobody has verified it"));
        }
        return kept;
    }

    private String expiry(Candidate one, Candidate newest) {
        return span(Duration.between(one.at(), newest.at()))
                + " older than the newest that verified"
                + (one.failed() ? "; found damaged, so that it fills no count" : "; no count reaches it");
    }

    private static String span(Duration time) {
        if (time.toDays() > 1) {
            return Count.of(time.toDays(), "day");
        }
        return time.toHours() > 0 ? Count.of(time.toHours(), "hour") : Count.of(time.toMinutes(), "minute");
    }

    /** By whom each backup is counted. A place is filled by one that verified: none that is damaged takes it. */
    private Map<BackupId, List<Why>> counted(List<Candidate> past) {
        List<Candidate> verified = past.stream().filter(Candidate::verified).toList();
        Map<BackupId, List<Why>> counted = new HashMap<>();
        for (int i = 0; i < Math.min(policy.last(), verified.size()); i++) {
            reasons(counted, verified.get(i))
                    .add(new Why(
                            KeepRule.KEEP_LAST,
                            "number " + (i + 1) + " of " + RetentionPolicy.LAST + " " + policy.last()));
        }
        for (Period period : Period.values()) {
            Set<String> seen = new HashSet<>();
            for (Candidate one : verified) {
                String span = period.of(one.at(), policy.zone());
                if (seen.size() < policy.count(period) && seen.add(span)) {
                    reasons(counted, one)
                            .add(new Why(
                                    KeepRule.of(period),
                                    "the newest of " + span + ", number " + seen.size() + " of " + period.key() + " "
                                            + policy.count(period)));
                }
            }
        }
        return counted;
    }

    private static List<Why> reasons(Map<BackupId, List<Why>> of, Candidate one) {
        return of.computeIfAbsent(one.id(), none -> new ArrayList<>());
    }

    /** Whether what came after the newest that verified failed: then older ones may soon be all that there is. */
    private static Optional<String> failing(List<Candidate> past, Candidate newest, Collection<Failure> failures) {
        Optional<String> damaged = past.stream()
                .takeWhile(one -> !one.equals(newest))
                .filter(Candidate::failed)
                .map(one -> "a newer backup, " + one.id() + ", did not verify")
                .findFirst();
        return damaged.isPresent()
                ? damaged
                : failures.stream()
                        .filter(failure -> failure.at().isAfter(newest.at()))
                        .map(Failure::words)
                        .findFirst();
    }

    /**
     * A clock that jumped ahead makes all backups from before old at once. That looks like a time without backups, which
     * is longer than backups are kept, with several from just before it that expire.
     */
    private @Nullable String gap(List<Candidate> past, List<Decision> decisions) {
        Duration least = policy.within().compareTo(SHORT_GAP) > 0 ? policy.within() : SHORT_GAP;
        for (int i = 1; i < past.size() && !policy.within().isZero(); i++) {
            Candidate after = past.get(i - 1);
            Candidate before = past.get(i);
            long lost = decisions.stream()
                    .filter(Decision::expires)
                    .map(one -> one.backup().at())
                    .filter(at ->
                            !at.isAfter(before.at()) && !at.isBefore(before.at().minus(policy.within())))
                    .count();
            Duration gap = Duration.between(before.at(), after.at());
            if (gap.compareTo(least) >= 0 && lost > 1) {
                return "between " + before.id() + " and " + after.id() + " lie " + Count.of(gap.toDays(), "day")
                        + " without a backup: either none was made, or a clock was wrong; " + lost
                        + " backups from before that would expire";
            }
        }
        return null;
    }
}
