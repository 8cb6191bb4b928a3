package io.agentflow.dr.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AvailabilityTest {
    private final List<String> said = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T02:00:00Z");
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };
    private final Availability availability = new Availability("nats", said::add, clock);

    @Test
    void aBrokerThatNeverCameIsUnwellAfterAMinute() {
        assertThat(availability.standing().well()).isTrue();
        now = now.plus(Duration.ofMinutes(1));
        assertThat(availability.standing().well()).isFalse();
        assertThat(availability.standing().line()).isEqualTo("not connected yet, since 2026-03-01T02:00:00Z");
    }

    @Test
    void aBrokerThatIsAwayForAWhileIsUnwellAndSaysSinceWhen() {
        availability.up("requests come");
        now = now.plus(Duration.ofHours(3));
        availability.down("the connection is lost");
        now = now.plus(Duration.ofSeconds(59));
        assertThat(availability.standing().well()).isTrue();
        // Another complaint is no new beginning.
        availability.down("refused");
        now = now.plus(Duration.ofSeconds(1));
        assertThat(availability.standing())
                .isEqualTo(new Trigger.Standing(false, "refused, since 2026-03-01T05:00:00Z"));
        availability.up("requests come");
        assertThat(availability.standing().well()).isTrue();
    }

    @Test
    void theLogIsToldWhatChanges() {
        availability.down("refused");
        availability.down("refused");
        availability.up("requests come");
        assertThat(said).containsExactly("nats: refused", "nats: requests come");
    }
}
