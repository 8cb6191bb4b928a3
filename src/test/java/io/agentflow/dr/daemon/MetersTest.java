package io.agentflow.dr.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.testing.AfProcess;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics are those of the documents, and whatever is built on them uses no other. */
class MetersTest {
    private static final Instant NOW = Instant.parse("2026-11-23T02:51:49Z");
    private static final Pattern HELP = Pattern.compile("(?m)^# HELP (\\S+) (.*)$");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(af_\\w+)(?:\\{([^}]*)})? ");
    private static final Pattern NAME = Pattern.compile("\\baf_[a-z_]+\\b");

    @TempDir
    Path store;

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

    private DatabaseState state() {
        return new DatabaseState("main", store.toString(), Duration.ofHours(1));
    }

    private String scrape(DatabaseState state) {
        Health health = new Health(List.of(state), clock, Duration.ofHours(24), none -> Optional.empty(), List::of);
        Meters meters = new Meters(List.of(state), clock).serving(List.of(state), health);
        meters.deadLetters(() -> 2);
        meters.refused(() -> 3);
        meters.journal(() -> 40);
        meters.dropped("events", () -> 7);
        FollowerState behind = new FollowerState("main", "s3-eu");
        behind.lacks(2);
        meters.following(behind);
        return meters.scrape();
    }

    private static Set<String> names(String text) {
        return NAME.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theReferenceListsEveryMetricAsItIsPrinted() throws IOException {
        String printed = scrape(state());
        Map<String, String> types =
                TYPE.matcher(printed).results().collect(Collectors.toMap(t -> t.group(1), t -> t.group(2)));
        Map<String, String> labels = new TreeMap<>();
        SAMPLE.matcher(printed)
                .results()
                .forEach(sample -> labels.putIfAbsent(
                        sample.group(1),
                        sample.group(2) == null
                                ? ""
                                : sample.group(2).replaceAll("=\"[^\"]*\"", "").replace(",", ", ")));
        Map<String, String> rows = new TreeMap<>();
        HELP.matcher(printed)
                .results()
                .forEach(help -> rows.put(
                        help.group(1),
                        "| `" + help.group(1) + "` | " + types.get(help.group(1)) + " | " + labels.get(help.group(1))
                                + " | " + help.group(2) + " |"));

        assertThat(rows).hasSizeGreaterThan(18);
        assertThat(Files.readString(Project.file("docs/reference/metrics.md")))
                .as("the table of docs/reference/metrics.md")
                .endsWith(String.join("\n", rows.values()) + "\n");
    }

    @Test
    void alertsAndDashboardUseNoMetricThatIsNotPrinted() throws IOException {
        Set<String> printed = SAMPLE.matcher(scrape(state()))
                .results()
                .map(sample -> sample.group(1))
                .collect(Collectors.toSet());
        String rules = Files.readAllLines(Project.file("docs/alerts/af-alerts.yaml")).stream()
                .filter(line -> line.contains("expr:"))
                .collect(Collectors.joining("\n"));
        String dashboard = new ObjectMapper()
                .readTree(Project.file("docs/grafana/af-dashboard.json").toFile())
                .path("panels")
                .findValuesAsText("expr")
                .toString();

        assertThat(names(rules)).hasSizeGreaterThan(8);
        assertThat(printed).containsAll(names(rules));
        assertThat(names(dashboard)).hasSizeGreaterThan(10);
        assertThat(printed).containsAll(names(dashboard));
    }

    /** Debian's package prometheus has promtool; scripts/test.sh installs it. */
    @Test
    void theAlertRulesAreSoundAndFireWhenTheyShould() {
        for (String test : List.of("af-alerts-test.yaml", "af-alerts-days-test.yaml")) {
            assertThat(AfProcess.output(
                            List.of(
                                    "promtool",
                                    "test",
                                    "rules",
                                    Project.file("docs/alerts/" + test).toString()),
                            Map.of()))
                    .contains("SUCCESS");
        }
        assertThat(AfProcess.output(
                        List.of(
                                "promtool",
                                "check",
                                "rules",
                                "--lint-fatal",
                                Project.file("docs/alerts/af-alerts.yaml").toString()),
                        Map.of()))
                .contains("14 rules found");
    }

    @Test
    void whatIsCountedElsewhereGoesOnAfterACollection() {
        Meters meters = new Meters(List.of(), clock);
        AtomicLong events = new AtomicLong(1);
        WeakReference<Object> collected = new WeakReference<>(new Object());
        meters.dropped("events", () -> events.get());
        assertThat(meters.scrape()).contains("af_events_dropped_total{recipient=\"events\"} 1.0");

        await().until(() -> {
            System.gc();
            return collected.get() == null;
        });
        events.set(2);

        assertThat(meters.scrape()).contains("af_events_dropped_total{recipient=\"events\"} 2.0");
    }

    @Test
    void whatIsKnownIsPrinted() {
        DatabaseState state = state();
        state.found(new StoreContents(
                NOW.minusSeconds(60),
                null,
                NOW.minusSeconds(600),
                10,
                30,
                2,
                1,
                0,
                NOW.minusSeconds(5),
                null,
                Map.of()));
        state.restored(NOW, 12.5);
        state.verified(NOW, "one", "data/1.dat.gz is damaged");

        assertThat(scrape(state))
                .contains("af_rpo_seconds{database=\"main\",store=\"" + store + "\"} 60.0")
                .contains("af_rto_measured_seconds{database=\"main\",store=\"" + store + "\"} 12.5")
                .contains("af_repo_bytes{database=\"main\",store=\"" + store + "\"} 30.0")
                .contains("af_backups{database=\"main\",state=\"proven\",store=\"" + store + "\"} 2.0")
                .contains("af_verify_last_status{database=\"main\",store=\"" + store + "\"} 0.0")
                .contains("af_health_status{check=\"verify\",database=\"main\"} 0.0")
                .contains("af_health_status{check=\"rpo\",database=\"main\"} 1.0")
                .contains("af_events_dropped_total{recipient=\"events\"} 7.0")
                .contains("af_dead_letters 2.0");
    }

    private static StoreContents holding(String damaged, Map<String, Instant> whole) {
        return new StoreContents(NOW, damaged, NOW, 10, 30, 2, 1, 0, NOW, null, whole);
    }

    @Test
    void damageStandsAsLongAsTheBackupIsThereAndNobodyFoundItWhole() {
        DatabaseState state = state();
        state.verified(NOW, "one", "one is damaged: data/1.dat.gz");
        state.found(holding(null, Map.of("one", NOW.minusSeconds(60), "two", NOW.plusSeconds(60))));
        assertThat(state.damage()).as("a store that takes no evidence").startsWith("one is damaged");

        state.found(holding(null, Map.of("two", NOW)));
        assertThat(state.damage()).as("deleted").isNull();

        state.verified(NOW, "two", "two is damaged");
        state.found(holding(null, Map.of("two", NOW.plusSeconds(5))));
        assertThat(state.damage()).as("found whole by another process").isNull();

        state.found(holding("three", Map.of("three", Instant.EPOCH)));
        assertThat(state.damage()).contains("three is damaged, its evidence says");
        state.found(holding(null, Map.of()));
        assertThat(state.damage()).isNull();
        assertThat(scrape(state)).contains("af_verify_last_status{database=\"main\",store=\"" + store + "\"} 1.0");
    }

    @Test
    void aStoreThatHadBackupsAndIsGoneIsUnhealthy() throws IOException {
        DatabaseState state = state();
        Health health = new Health(
                List.of(state),
                clock,
                Duration.ofHours(24),
                name -> other,
                () -> List.of(new Health.Check("broker", "jms", false, "no connection")));
        assertThat(health.up("store", "main")).isTrue();
        assertThat(health.up("broker", "jms")).isFalse();
        Files.delete(store);
        assertThat(health.up("store", "main")).as("not made yet").isTrue();

        state.backedUp(NOW, 1, 1);

        assertThat(health.up("store", "main")).isFalse();
        Files.createDirectory(store);
        assertThat(health.up("store", "main")).isTrue();
        other = Optional.of("it is not the store that was there before");
        assertThat(health.up("store", "main")).isFalse();
    }

    private Optional<String> other = Optional.empty();

    @Test
    void aBreachIsToldOnceAndAgainAfterABackupInBetween() {
        DatabaseState state = state();
        List<Instant> told = new ArrayList<>();
        Instant[] newest = {NOW.minusSeconds(10)};
        OverdueWatch watch = new OverdueWatch(
                state, clock, late -> late.backedUp(newest[0], 1, 1), late -> told.add(late.newestBackup()));
        try (watch) {
            state.backedUp(NOW.minusSeconds(7200), 1, 1);
            watch.look();
            assertThat(told).as("somebody else had made one").isEmpty();
            newest[0] = NOW.minusSeconds(7200);
            state.backedUp(NOW.minusSeconds(7200), 1, 1);
            watch.look();
            watch.look();
            assertThat(told).hasSize(1);
            state.backedUp(NOW, 1, 1);
            watch.look();
            state.backedUp(NOW.minusSeconds(7200), 1, 1);
            watch.look();
            assertThat(told).hasSize(2);
        }
    }
}
