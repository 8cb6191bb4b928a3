package io.agentflow.dr.follow;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.UtcStamp;
import io.agentflow.dr.retention.Candidate;
import io.agentflow.dr.retention.Candidate.Standing;
import io.agentflow.dr.retention.DecideExpiry;
import io.agentflow.dr.retention.Decision;
import io.agentflow.dr.retention.Period;
import io.agentflow.dr.retention.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a follower lacks: examples, and what holds for any history of backups, stores that are away, and damage. */
class DecideLackingTest {
    private static final Instant START = Instant.parse("2026-01-01T02:00:00Z");

    private static Candidate backup(int day, Standing standing) {
        Instant at = START.plus(Duration.ofDays(day));
        return new Candidate(
                new BackupId(UtcStamp.of(at) + String.format(Locale.ROOT, "-%04d", day)), at, 1, standing, null, null);
    }

    private static List<Candidate> daily(int first, int end) {
        List<Candidate> backups = new ArrayList<>();
        for (int day = first; day < end; day++) {
            backups.add(backup(day, Standing.VERIFIED));
        }
        return backups;
    }

    private static RetentionPolicy within(int days) {
        return new RetentionPolicy(0, Duration.ofDays(days), Map.of(), ZoneOffset.UTC);
    }

    private static Behind lacking(List<Candidate> primary, List<Candidate> there, RetentionPolicy policy) {
        return new DecideLacking(policy, START.plus(Duration.ofDays(9999))).decide(primary, there, null);
    }

    private static BackupId id(int day) {
        return backup(day, Standing.VERIFIED).id();
    }

    @Test
    void itLacksWhatItHasNotAndWouldKeepNewestFirst() {
        Behind behind = lacking(daily(0, 30), daily(0, 27), within(365));

        assertThat(behind.absent()).containsExactly(id(29), id(28), id(27));
        assertThat(behind.damaged()).isEmpty();
    }

    @Test
    void whatItWouldLetExpireAtOnceIsNotSent() {
        Behind behind = lacking(daily(0, 30), List.of(), within(2));

        assertThat(behind.absent()).containsExactly(id(29), id(28), id(27));
    }

    @Test
    void whatIsDamagedAtThePrimaryCanBeSentToNobodyAndHoldsNothingUp() {
        List<Candidate> primary = daily(0, 5);
        primary.set(1, backup(1, Standing.FAILED));
        primary.add(backup(5, Standing.FAILED));

        assertThat(lacking(primary, List.of(), within(1)).absent()).containsExactly(id(4), id(3));
    }

    @Test
    void aCopyThatIsDamagedIsNone() {
        List<Candidate> there = daily(0, 5);
        there.set(3, backup(3, Standing.FAILED));

        Behind behind = lacking(daily(0, 5), there, within(365));

        assertThat(behind.absent()).isEmpty();
        assertThat(behind.damaged()).containsExactly(id(3));
        assertThat(behind.count()).isEqualTo(1);
    }

    /** Two stores that live for a year: now and then the follower is away, and now and then a backup rots. */
    @Property(tries = 20)
    void nothingIsLostThatAFollowerIsToKeep(
            @ForAll @IntRange(min = 1, max = 40) int primaryDays,
            @ForAll @IntRange(min = 1, max = 120) int followerDays,
            @ForAll @IntRange(max = 8) int monthly,
            @ForAll long seed) {
        Random random = new Random(seed);
        RetentionPolicy ofPrimary = within(primaryDays);
        RetentionPolicy ofFollower =
                new RetentionPolicy(0, Duration.ofDays(followerDays), Map.of(Period.MONTHLY, monthly), ZoneOffset.UTC);
        Map<BackupId, Candidate> primary = new TreeMap<>();
        Map<BackupId, Candidate> follower = new TreeMap<>();
        boolean away = false;
        for (int day = 0; day < 120; day++) {
            Instant now = START.plus(Duration.ofDays(day)).plus(Duration.ofHours(1));
            Candidate made = backup(day, random.nextInt(12) == 0 ? Standing.FAILED : Standing.VERIFIED);
            primary.put(made.id(), made);
            away = random.nextInt(10) == 0 ? !away : away;
            DecideLacking decide = new DecideLacking(ofFollower, now);
            if (!away) {
                List<BackupId> absent =
                        decide.decide(primary.values(), follower.values(), null).absent();
                absent.forEach(id -> follower.put(id, primary.get(id)));
                Behind after = decide.decide(primary.values(), follower.values(), null);
                assertThat(after.absent()).isEmpty();
                assertThat(Collections.disjoint(expiring(follower, ofFollower, now, Map.of()), absent))
                        .isTrue();
            }
            Behind behind = decide.decide(primary.values(), away ? List.of() : follower.values(), away ? "away" : null);
            Behind known = decide.decide(primary.values(), follower.values(), null);
            Set<BackupId> gone = expiring(primary, ofPrimary, now, lacked(behind));

            // Whatever is not known, what it really lacks is spared.
            assertThat(Collections.disjoint(gone, known.absent())).isTrue();
            assertThat(Collections.disjoint(gone, known.damaged())).isTrue();
            assertThat(gone).isSubsetOf(expiring(primary, ofPrimary, now, Map.of()));
            primary.keySet().removeAll(gone);
            follower.keySet().removeAll(expiring(follower, ofFollower, now, Map.of()));
            if (random.nextInt(40) == 0 && !follower.isEmpty()) {
                rot(follower, random);
            }
        }
    }

    private static void rot(Map<BackupId, Candidate> store, Random random) {
        BackupId id = List.copyOf(store.keySet()).get(random.nextInt(store.size()));
        Candidate one = store.get(id);
        store.put(id, new Candidate(id, one.at(), one.bytes(), Standing.FAILED, one.pin(), one.lsn()));
    }

    private static Map<BackupId, List<String>> lacked(Behind behind) {
        Map<BackupId, List<String>> lacked = new HashMap<>();
        behind.absent().forEach(id -> lacked.put(id, List.of("absent")));
        behind.damaged().forEach(id -> lacked.put(id, List.of("damaged")));
        return lacked;
    }

    private static Set<BackupId> expiring(
            Map<BackupId, Candidate> store, RetentionPolicy policy, Instant now, Map<BackupId, List<String>> lacked) {
        return new DecideExpiry(policy, now)
                .decide(store.values(), List.of()).sparing(lacked).decisions().stream()
                        .filter(Decision::expires)
                        .map(one -> one.backup().id())
                        .collect(Collectors.toSet());
    }
}
