package io.agentflow.dr.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StrangersTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:05:00Z");
    private final Strangers strangers = new Strangers();

    private long told(int messages, Instant at) {
        return IntStream.range(0, messages)
                .filter(i -> strangers.came(at) != null)
                .count();
    }

    @Test
    void aHundredOfAnHourAreToldOneByOneAndTheRestByItsNumber() {
        assertThat(told(99, NOW)).isEqualTo(99);
        assertThat(strangers.came(NOW)).isEqualTo("; more of this hour are only counted");
        assertThat(told(1_500, NOW.plus(Duration.ofMinutes(59)))).isZero();

        assertThat(strangers.came(NOW.plus(Duration.ofHours(1))))
                .isEqualTo("; 1500 before it, from 2026-11-26T10:05:00Z on, were only counted");
        assertThat(told(10, NOW.plus(Duration.ofHours(1)))).isEqualTo(10);
    }

    @Test
    void afterAQuietHourNothingIsSaidOfOthers() {
        assertThat(strangers.came(NOW)).isEmpty();
        assertThat(strangers.came(NOW.plus(Duration.ofHours(5)))).isEmpty();
    }
}
