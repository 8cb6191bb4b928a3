package io.agentflow.dr.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.UtcStamp;
import io.agentflow.dr.retention.Candidate.Standing;
import io.agentflow.dr.retention.DecideExpiry.Decided;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** Which backups expire: examples, and what holds for any history, any policy and any clock. */
class DecideExpiryTest {
    private static final Instant START = Instant.parse("2026-01-01T02:00:00Z");
    private static final ZoneId VIENNA = ZoneId.of("Europe/Vienna");
    private static final Instant LATE = START.plus(Duration.ofDays(10_000));

    private static Candidate backup(int number, Instant at, Standing standing) {
        return new Candidate(
                new BackupId(UtcStamp.of(at) + String.format(Locale.ROOT, "-%04d", number)),
                at,
                1,
                standing,
                null,
                null);
    }

    private static Candidate pinned(Candidate one) {
        return new Candidate(one.id(), one.at(), one.bytes(), one.standing(), "audit", one.lsn());
    }

    private static Candidate at(Candidate one, long lsn) {
        return new Candidate(one.id(), one.at(), one.bytes(), one.standing(), one.pin(), lsn);
    }

    private static List<Candidate> daily(int number) {
        List<Candidate> backups = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            backups.add(backup(i, START.plus(Duration.ofDays(i)), Standing.VERIFIED));
        }
        return backups;
    }

    private static RetentionPolicy within(int days) {
        return new RetentionPolicy(0, Duration.ofDays(days), Map.of(), ZoneOffset.UTC);
    }

    private static Decided decide(List<Candidate> backups, RetentionPolicy policy, Instant now) {
        return new DecideExpiry(policy, now).decide(backups, List.of());
    }

    private static Set<BackupId> expiring(Decided decided) {
        return decided.decisions().stream()
                .filter(Decision::expires)
                .map(one -> one.backup().id())
                .collect(Collectors.toSet());
    }

    private static Set<BackupId> ids(List<Candidate> backups) {
        return backups.stream().map(Candidate::id).collect(Collectors.toSet());
    }

    private static Instant last(List<Candidate> backups) {
        return backups.stream().map(Candidate::at).max(Instant::compareTo).orElse(START);
    }

    @Test
    void whatIsOlderThanItIsKeptExpires() {
        List<Candidate> backups = daily(40);

        Decided decided = decide(backups, within(30), last(backups));

        assertThat(expiring(decided)).isEqualTo(ids(backups.subList(0, 9)));
        assertThat(decided.decisions().get(39).expiry())
                .isEqualTo("39 days older than the newest that verified; no count reaches it");
    }

    @Test
    void aClockThatRunsAwayAndBackupsThatAreMadeNoMoreLetNothingGrowOlder() {
        List<Candidate> backups = daily(30);

        assertThat(expiring(decide(backups, within(30), last(backups).plus(Duration.ofDays(366)))))
                .isEmpty();
    }

    @Test
    void backupsFromTheFutureNeitherExpireNorLetOthersExpire() {
        List<Candidate> backups = daily(30);
        Instant now = last(backups);
        backups.add(backup(900, now.plus(Duration.ofDays(366)), Standing.VERIFIED));

        Decided decided = decide(backups, within(30), now);

        assertThat(expiring(decided)).isEmpty();
        assertThat(decided.newest()).isEqualTo(backups.get(29));
        assertThat(decided.decisions().get(0).kept().get(0).rule()).isEqualTo(KeepRule.FROM_THE_FUTURE);
    }

    @Test
    void aBackupOfAClockThatWasSetBackIsNewByItsLsn() {
        List<Candidate> backups = new ArrayList<>();
        for (Candidate one : daily(30)) {
            backups.add(at(one, 1000 + backups.size()));
        }
        backups.add(at(backup(900, START.minus(Duration.ofDays(366)), Standing.VERIFIED), 2000));
        backups.add(at(backup(901, START.minus(Duration.ofDays(366)), Standing.VERIFIED), 3));

        assertThat(expiring(decide(backups, within(30), last(backups))))
                .containsExactly(backups.get(31).id());
    }

    @Test
    void nothingExpiresWhileWhatIsNewerFails() {
        List<Candidate> backups = daily(40);
        Instant now = last(backups).plus(Duration.ofHours(1));
        List<Candidate> damaged = new ArrayList<>(backups);
        damaged.add(backup(900, now, Standing.FAILED));
        Failure attempt = new Failure(now, "the last attempt failed");
        Failure before = new Failure(START.plusSeconds(1), "an attempt long ago");

        assertThat(expiring(decide(damaged, within(30), now))).isEmpty();
        assertThat(decide(damaged, within(30), now).held()).contains("900", "did not verify");
        Decided held = new DecideExpiry(within(30), now).decide(backups, List.of(before, attempt));
        assertThat(held.held()).isEqualTo("the last attempt failed");
        assertThat(expiring(held)).isEmpty();
        assertThat(expiring(new DecideExpiry(within(30), now).decide(backups, List.of(before))))
                .hasSize(9);
    }

    @Test
    void aDamagedBackupTakesNobodysPlace() {
        List<Candidate> backups = daily(10);
        backups.set(5, backup(5, backups.get(5).at(), Standing.FAILED));
        RetentionPolicy policy = new RetentionPolicy(5, Duration.ZERO, Map.of(Period.DAILY, 6), ZoneOffset.UTC);

        assertThat(expiring(decide(backups, policy, last(backups))))
                .isEqualTo(ids(List.of(backups.get(0), backups.get(1), backups.get(2), backups.get(5))));
    }

    @Test
    void theNewestOfEachDayWeekMonthAndYearStays() {
        List<Candidate> backups = daily(730);
        RetentionPolicy policy = new RetentionPolicy(
                0,
                Duration.ZERO,
                Map.of(Period.DAILY, 2, Period.WEEKLY, 2, Period.MONTHLY, 3, Period.YEARLY, 5),
                VIENNA);

        List<String> kept = decide(backups, policy, last(backups)).decisions().stream()
                .filter(one -> !one.expires())
                .map(one -> one.backup().at().toString().substring(0, 10))
                .toList();

        assertThat(kept)
                .containsExactly("2027-12-31", "2027-12-30", "2027-12-26", "2027-11-30", "2027-10-31", "2026-12-31");
    }

    @Test
    void aJumpOfTheClockIsDoubtfulAndAPolicyThatThinsOutIsNot() {
        List<Candidate> jumped = daily(30);
        Instant after = last(jumped).plus(Duration.ofDays(366));
        jumped.add(backup(900, after, Standing.VERIFIED));
        RetentionPolicy thinning =
                new RetentionPolicy(0, Duration.ofDays(30), Map.of(Period.MONTHLY, 12), ZoneOffset.UTC);

        Decided decided = decide(jumped, within(30), after);
        assertThat(decided.doubt()).contains("366 days without a backup", "30 backups");
        assertThat(expiring(decided)).hasSize(30);

        List<Candidate> left = new ArrayList<>();
        for (Candidate one : daily(1200)) {
            left.add(one);
            Decided next = decide(left, thinning, one.at());
            assertThat(next.doubt()).as("%s", one.id()).isNull();
            left.removeIf(old -> expiring(next).contains(old.id()));
        }
        assertThat(left).hasSizeBetween(40, 44);
    }

    /** Backups with any distance between them, from none to a quarter. */
    @Provide
    Arbitrary<List<Candidate>> histories() {
        Arbitrary<Long> gap = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.longs().between(1, 30 * 3600)),
                Tuple.of(1, Arbitraries.longs().between(1, 90 * 86_400)));
        Arbitrary<Standing> standing = Arbitraries.frequency(
                Tuple.of(12, Standing.VERIFIED), Tuple.of(1, Standing.UNVERIFIED), Tuple.of(1, Standing.FAILED));
        Arbitrary<Boolean> pin = Arbitraries.frequency(Tuple.of(15, false), Tuple.of(1, true));
        return Combinators.combine(gap, standing, pin)
                .as((seconds, known, held) -> new Object[] {seconds, known, held})
                .list()
                .ofMaxSize(60)
                .map(DecideExpiryTest::history);
    }

    private static List<Candidate> history(List<Object[]> parts) {
        List<Candidate> backups = new ArrayList<>();
        Instant at = START;
        for (Object[] part : parts) {
            at = at.plusSeconds((Long) part[0]);
            Candidate one = backup(backups.size(), at, (Standing) part[1]);
            backups.add((Boolean) part[2] ? pinned(one) : one);
        }
        return backups;
    }

    @Provide
    Arbitrary<RetentionPolicy> policies() {
        Arbitrary<Integer> count = Arbitraries.integers().between(0, 5);
        return Combinators.combine(
                        count,
                        Arbitraries.integers().between(0, 40),
                        count.list().ofSize(Period.values().length),
                        Arbitraries.of(
                                VIENNA, ZoneOffset.UTC, ZoneId.of("Pacific/Apia"), ZoneId.of("America/St_Johns")))
                .as((last, days, counts, zone) -> policy(Math.max(last, days == 0 ? 1 : 0), days, counts, zone));
    }

    private static RetentionPolicy policy(int last, int days, List<Integer> counts, ZoneId zone) {
        Map<Period, Integer> of = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            of.put(period, counts.get(period.ordinal()));
        }
        return new RetentionPolicy(last, Duration.ofDays(days), of, zone);
    }

    /** A clock that may be anywhere: before the first backup, among them, far behind the last. */
    @Provide
    Arbitrary<Instant> clocks() {
        return Arbitraries.longs().between(-100, 4000).map(day -> START.plus(Duration.ofDays(day)));
    }

    @Property(tries = 300)
    void theNewestThatVerifiedAndAllThatIsNewerStays(
            @ForAll("histories") List<Candidate> backups,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll("clocks") Instant now) {
        Set<BackupId> expiring = expiring(decide(backups, policy, now));

        Candidate newest = newest(backups, now.plus(DecideExpiry.CLOCKS));
        for (Candidate one : backups) {
            if (newest == null
                    || !one.at().isBefore(newest.at())
                    || one.pin() != null
                    || one.standing() == Standing.UNVERIFIED) {
                assertThat(expiring).doesNotContain(one.id());
            }
        }
    }

    private static Candidate newest(List<Candidate> backups, Instant until) {
        Candidate newest = null;
        for (Candidate one : backups) {
            boolean counts = one.standing() == Standing.VERIFIED && !one.at().isAfter(until);
            newest = counts && (newest == null || !one.at().isBefore(newest.at())) ? one : newest;
        }
        return newest;
    }

    @Property(tries = 150)
    void whatAnotherStoreIsStillToGetStaysAndNothingElseDoes(
            @ForAll("histories") List<Candidate> backups,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll("clocks") Instant now,
            @ForAll long seed) {
        Random random = new Random(seed);
        Map<BackupId, List<String>> lacked = backups.stream()
                .filter(one -> random.nextInt(3) == 0)
                .collect(Collectors.toMap(Candidate::id, one -> List.of("s3-eu does not have it yet")));
        Decided decided = decide(backups, policy, now);
        Set<BackupId> expected = expiring(decided);
        expected.removeAll(lacked.keySet());

        Decided spared = decided.sparing(lacked);

        assertThat(expiring(spared)).isEqualTo(expected);
        for (Decision one : spared.decisions()) {
            assertThat(one.kept().stream().anyMatch(why -> why.rule() == KeepRule.FOLLOWER_LACKS))
                    .isEqualTo(lacked.containsKey(one.backup().id()));
        }
    }

    @Property(tries = 150)
    void nothingExpiresIfWhatIsNewerThanTheNewestThatVerifiedIsDamaged(
            @ForAll("histories") List<Candidate> backups, @ForAll("policies") RetentionPolicy policy) {
        List<Candidate> more = new ArrayList<>(backups);
        more.add(backup(9999, last(backups).plusSeconds(1), Standing.FAILED));

        assertThat(expiring(decide(more, policy, LATE))).isEmpty();
    }

    @Property(tries = 300)
    void everyRuleKeepsWhatItSays(
            @ForAll("histories") List<Candidate> backups, @ForAll("policies") RetentionPolicy policy) {
        Set<BackupId> expiring = expiring(decide(backups, policy, LATE));

        List<Candidate> verified = new ArrayList<>(backups.stream()
                .filter(one -> one.standing() == Standing.VERIFIED)
                .toList());
        Collections.reverse(verified);
        for (int i = 0; i < verified.size(); i++) {
            Candidate one = verified.get(i);
            List<Candidate> newer = verified.subList(0, i);
            boolean within = Duration.between(one.at(), verified.get(0).at()).compareTo(policy.within()) <= 0;
            boolean kept = i < policy.last() || within;
            for (Period period : Period.values()) {
                Set<String> spans = newer.stream()
                        .map(other -> period.of(other.at(), policy.zone()))
                        .collect(Collectors.toSet());
                kept |= !spans.contains(period.of(one.at(), policy.zone())) && spans.size() < policy.count(period);
            }
            if (kept) {
                assertThat(expiring).doesNotContain(one.id());
            }
        }
    }

    @Property(tries = 300)
    void whatIsAppliedTwiceIsAppliedOnce(
            @ForAll("histories") List<Candidate> backups,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll("clocks") Instant now) {
        Set<BackupId> expired = expiring(decide(backups, policy, now));
        List<Candidate> left =
                backups.stream().filter(one -> !expired.contains(one.id())).toList();

        assertThat(expiring(decide(left, policy, now))).isEmpty();
    }

    @Property(tries = 150)
    void theOrderInWhichAStoreListsThemDoesNotMatter(
            @ForAll("histories") List<Candidate> backups,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll long seed) {
        List<Candidate> shuffled = new ArrayList<>(backups);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(decide(shuffled, policy, LATE)).isEqualTo(decide(backups, policy, LATE));
    }

    @Property(tries = 150)
    void aPolicyThatKeepsMoreLetsNothingElseExpire(
            @ForAll("histories") List<Candidate> backups,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll("policies") RetentionPolicy more) {
        Map<Period, Integer> counts = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            counts.put(period, policy.count(period) + more.count(period));
        }
        RetentionPolicy both = new RetentionPolicy(
                policy.last() + more.last(), policy.within().plus(more.within()), counts, policy.zone());

        assertThat(expiring(decide(backups, policy, LATE))).containsAll(expiring(decide(backups, both, LATE)));
    }

    @Property(tries = 150)
    void noClockAloneLetsAnythingExpire(
            @ForAll("histories") List<Candidate> backups,
            @ForAll("policies") RetentionPolicy policy,
            @ForAll("clocks") Instant now) {
        List<Candidate> good = backups.stream()
                .filter(one -> one.standing() != Standing.FAILED)
                .toList();
        Set<BackupId> rightly = expiring(decide(good, policy, last(good)));

        // A clock behind lets fewer expire, one ahead exactly those.
        assertThat(rightly).containsAll(expiring(decide(good, policy, now)));
        assertThat(expiring(decide(good, policy, LATE))).isEqualTo(rightly);
    }

    /** Every day one is made, fails, or is damaged; then the clock jumps. By itself only what has no doubt is applied. */
    @Property(tries = 60)
    void aClockThatJumpsAheadCostsNoBackupByItself(@ForAll("policies") RetentionPolicy policy, @ForAll long seed) {
        Random random = new Random(seed);
        List<Candidate> store = new ArrayList<>();
        Instant clock = START;
        for (int day = 0; day < 60; day++) {
            clock = clock.plus(Duration.ofDays(1)).plusSeconds(random.nextInt(600));
            make(store, day, clock, random);
            apply(store, policy, clock);
        }
        Instant before = last(store);
        Set<BackupId> recent = ids(store.stream()
                .filter(one -> !one.at().isBefore(before.minus(policy.within())))
                .toList());
        clock = clock.plus(policy.within()).plus(Duration.ofDays(8 + random.nextInt(1000)));
        for (int day = 60; day < 65; day++) {
            clock = clock.plus(Duration.ofHours(12));
            make(store, day, clock, random);
            Set<BackupId> there = ids(store);
            apply(store, policy, clock);
            there.removeAll(ids(store));
            there.retainAll(recent);

            // One alone is no sign of a jump: what comes seldom may be followed by a gap.
            assertThat(there).hasSizeLessThanOrEqualTo(policy.within().isZero() ? 60 : 1);
            assertThat(newest(store, clock)).isNotNull();
        }
    }

    private static void make(List<Candidate> store, int number, Instant at, Random random) {
        int chance = random.nextInt(10);
        if (chance > 0) {
            store.add(backup(number, at, chance == 1 ? Standing.FAILED : Standing.VERIFIED));
        }
    }

    private static void apply(List<Candidate> store, RetentionPolicy policy, Instant now) {
        Decided decided = decide(store, policy, now);
        if (decided.doubt() == null) {
            Set<BackupId> expiring = expiring(decided);
            store.removeIf(one -> expiring.contains(one.id()));
        }
    }
}
