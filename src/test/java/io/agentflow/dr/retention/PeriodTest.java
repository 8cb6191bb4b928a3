package io.agentflow.dr.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** The calendar: ISO weeks, and days of 23 and 25 hours. */
class PeriodTest {
    private static final ZoneId VIENNA = ZoneId.of("Europe/Vienna");

    private static String of(Period period, String instant, ZoneId zone) {
        return period.of(Instant.parse(instant), zone);
    }

    @Test
    void aWeekBeginsOnMondayAndBelongsToTheYearOfItsThursday() {
        assertThat(of(Period.WEEKLY, "2027-01-03T23:59:59Z", ZoneOffset.UTC)).isEqualTo("2026-W53");
        assertThat(of(Period.WEEKLY, "2027-01-04T00:00:00Z", ZoneOffset.UTC)).isEqualTo("2027-W01");
        assertThat(of(Period.WEEKLY, "2024-12-30T00:00:00Z", ZoneOffset.UTC)).isEqualTo("2025-W01");
    }

    @Test
    void aDayEndsAtMidnightOfItsZone() {
        assertThat(of(Period.DAILY, "2026-11-27T22:59:59Z", VIENNA)).isEqualTo("2026-11-27");
        assertThat(of(Period.DAILY, "2026-11-27T23:00:00Z", VIENNA)).isEqualTo("2026-11-28");
        assertThat(of(Period.MONTHLY, "2026-11-30T23:00:00Z", VIENNA)).isEqualTo("2026-12");
        assertThat(of(Period.YEARLY, "2026-12-31T23:00:00Z", VIENNA)).isEqualTo("2027");
    }

    @Test
    void aDayOnWhichSummerTimeEndsHas25HoursAndTwoOfThemAreCalledTwo() {
        assertThat(of(Period.DAILY, "2026-10-24T22:00:00Z", VIENNA))
                .isEqualTo(of(Period.DAILY, "2026-10-25T22:59:59Z", VIENNA))
                .isNotEqualTo(of(Period.DAILY, "2026-10-25T23:00:00Z", VIENNA));
        assertThat(of(Period.HOURLY, "2026-10-25T00:30:00Z", VIENNA))
                .isEqualTo(of(Period.HOURLY, "2026-10-25T00:59:00Z", VIENNA))
                .isNotEqualTo(of(Period.HOURLY, "2026-10-25T01:30:00Z", VIENNA));
    }

    @Test
    void aDayOnWhichItBeginsHas23() {
        assertThat(of(Period.DAILY, "2026-03-28T23:00:00Z", VIENNA))
                .isEqualTo(of(Period.DAILY, "2026-03-29T21:59:59Z", VIENNA))
                .isNotEqualTo(of(Period.DAILY, "2026-03-29T22:00:00Z", VIENNA));
    }
}
