package io.agentflow.dr.retention;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** A span of the calendar, of each of which one backup is kept: the newest that verified. */
public enum Period {
    /** An hour that the clock shows twice, when summer time ends, is two. */
    HOURLY {
        @Override
        String of(Instant instant, ZoneId zone) {
            OffsetDateTime local = instant.atZone(zone).toOffsetDateTime();
            return local.truncatedTo(ChronoUnit.HOURS).toString();
        }
    },
    /** From midnight to midnight: 23 or 25 hours where summer time begins or ends. */
    DAILY {
        @Override
        String of(Instant instant, ZoneId zone) {
            return LocalDate.ofInstant(instant, zone).toString();
        }
    },
    /** A week of ISO 8601: it begins on Monday, and belongs to the year of its Thursday. */
    WEEKLY {
        @Override
        String of(Instant instant, ZoneId zone) {
            LocalDate day = LocalDate.ofInstant(instant, zone);
            return String.format(
                    Locale.ROOT,
                    "%d-W%02d",
                    day.get(IsoFields.WEEK_BASED_YEAR),
                    day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
        }
    },
    MONTHLY {
        @Override
        String of(Instant instant, ZoneId zone) {
            return YearMonth.from(instant.atZone(zone)).toString();
        }
    },
    YEARLY {
        @Override
        String of(Instant instant, ZoneId zone) {
            return String.valueOf(instant.atZone(zone).getYear());
        }
    };

    /** The one that this instant lies in, such as {@code 2026-W48}. */
    abstract String of(Instant instant, ZoneId zone);

    /** As the policy calls it: {@code keep-weekly}. */
    public String key() {
        return "keep-" + name().toLowerCase(Locale.ROOT);
    }
}
