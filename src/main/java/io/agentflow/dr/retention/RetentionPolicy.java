package io.agentflow.dr.retention;

import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long the backups of a database are kept. A backup is kept if any of it says so.
 *
 * @param last so many of the newest
 * @param within those not older than this when the newest one was taken; zero for none
 * @param counts the newest of so many hours, days, weeks, months, years that have one
 * @param zone whose midnight ends a day
 */
public record RetentionPolicy(int last, Duration within, Map<Period, Integer> counts, ZoneId zone) {
    public static final String LAST = "keep-last";
    public static final String WITHIN = "keep-within";

    /** @throws IllegalArgumentException if a number is negative, or nothing at all is to be kept */
    public RetentionPolicy {
        counts = Map.copyOf(counts);
        if (last < 0 || within.isNegative() || counts.values().stream().anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("holds a negative number");
        }
        if (last == 0 && within.isZero() && counts.values().stream().allMatch(count -> count == 0)) {
            throw new IllegalArgumentException("keeps nothing; keep-last = 1 keeps the newest one alone");
        }
    }

    int count(Period period) {
        return counts.getOrDefault(period, 0);
    }

    /** What of it keeps anything, by the names of its keys. */
    public Map<String, Object> rules() {
        Map<String, Object> rules = new LinkedHashMap<>();
        if (last > 0) {
            rules.put(LAST, last);
        }
        if (!within.isZero()) {
            rules.put(WITHIN, words(within));
        }
        new EnumMap<>(counts.isEmpty() ? new EnumMap<Period, Integer>(Period.class) : counts)
                .forEach((period, count) -> {
                    if (count > 0) {
                        rules.put(period.key(), count);
                    }
                });
        return rules;
    }

    /** For people: {@code keep-within 30d, keep-weekly 8, days in Europe/Vienna}. */
    public String words() {
        List<String> words = new ArrayList<>();
        rules().forEach((key, value) -> words.add(key + " " + value));
        return String.join(", ", words) + ", days in " + zone;
    }

    /** A length of time as the configuration writes it: {@code 30d}, {@code 36h}. */
    static String words(Duration time) {
        if (time.toSeconds() % Duration.ofDays(1).toSeconds() == 0) {
            return time.toDays() + "d";
        }
        return time.toSeconds() % Duration.ofHours(1).toSeconds() == 0 ? time.toHours() + "h" : time.toSeconds() + "s";
    }
}
