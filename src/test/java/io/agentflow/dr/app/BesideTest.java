package io.agentflow.dr.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class BesideTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-28T00:00:00Z"));
    private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
    private final Beside beside = new Beside("expire", clock);

    @Test
    void oneOfAKindRunsForEachDatabase() {
        assertThat(beside.begin("main")).isTrue();
        assertThat(beside.begin("main")).isFalse();
        assertThat(beside.begin("other")).isTrue();

        beside.end("main");
        assertThat(beside.begin("main")).isTrue();
    }

    @Test
    void oneThatHasRunForADayIsNotWell() {
        assertThat(beside.check("main", DAY).up()).isTrue();
        beside.begin("main");
        now.set(now.get().plus(Duration.ofHours(23)));
        assertThat(beside.check("main", DAY).up()).isTrue();

        now.set(now.get().plus(Duration.ofHours(2)));

        assertThat(beside.check("main", DAY).up()).isFalse();
        assertThat(beside.check("main", DAY).detail()).isEqualTo("busy since 2026-11-28T00:00:00Z");
        assertThat(beside.check("other", DAY).up()).isTrue();
        beside.end("main");
        assertThat(beside.check("main", DAY).up()).isTrue();
    }
}
