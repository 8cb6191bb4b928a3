package io.agentflow.dr.core;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.random.RandomGenerator;

/** Writes an instant as {@code 20261123T025149Z}: UTC, to the second, sortable, fit for a file name. */
public final class UtcStamp {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

    private UtcStamp() {}

    public static String of(Instant instant) {
        return FORMAT.format(instant);
    }

    /**
     * Reads one back. By its digits: a formatter is slow until it is compiled, and a list reads thousands. A thirteenth
     * month is the first of the next year: a file that somebody calls so must not keep a list from being shown.
     *
     * @throws NumberFormatException if there are no digits where they must be
     */
    public static Instant parse(String stamp) {
        long day = LocalDate.of(number(stamp, 0, 4), 1, 1)
                        .plusMonths(number(stamp, 4, 6) - 1L)
                        .toEpochDay()
                + number(stamp, 6, 8)
                - 1;
        long minute = (day * 24 + number(stamp, 9, 11)) * 60 + number(stamp, 11, 13);
        return Instant.ofEpochSecond(minute * 60 + number(stamp, 13, 15));
    }

    private static int number(String stamp, int from, int to) {
        return Integer.parseInt(stamp, from, to, 10);
    }

    /** Four random characters of Crockford's base32: tells apart what began in the same second. */
    static String randomSuffix(RandomGenerator random) {
        return random.ints(4, 0, BASE32.length())
                .mapToObj(i -> String.valueOf(BASE32.charAt(i)))
                .reduce("", String::concat);
    }
}
