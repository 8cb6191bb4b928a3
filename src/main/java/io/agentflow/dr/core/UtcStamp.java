package io.agentflow.dr.core;

import java.time.Instant;
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

    public static Instant parse(String stamp) {
        return Instant.from(FORMAT.parse(stamp));
    }

    /** Four random characters of Crockford's base32: tells apart what began in the same second. */
    static String randomSuffix(RandomGenerator random) {
        return random.ints(4, 0, BASE32.length())
                .mapToObj(i -> String.valueOf(BASE32.charAt(i)))
                .reduce("", String::concat);
    }
}
