package io.agentflow.dr.config;

import io.agentflow.dr.retention.Period;
import io.agentflow.dr.retention.RetentionPolicy;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads a policy of retention: the keys {@code af.retention.…}, and those of one database that stand in for them. */
final class RetentionKeys {
    private static final String OF_ALL = "af.";

    private final Function<String, String> values;
    private final String prefix;
    private final List<String> wrong;

    /**
     * @param values by the last part of their key, such as {@code retention.keep-last}
     * @param prefix of the keys, for complaints
     * @param wrong gets what is wrong, by key
     */
    RetentionKeys(Function<String, String> values, String prefix, List<String> wrong) {
        this.values = values;
        this.prefix = prefix;
        this.wrong = wrong;
    }

    /** The policy for databases that have none of their own. */
    static RetentionPolicy ofAll(AfConfig config, ZoneId zone, List<String> wrong) {
        return new RetentionKeys(key -> config.text(ConfigKey.of(OF_ALL + key).orElseThrow()), OF_ALL, wrong)
                .policy(zone);
    }

    RetentionPolicy policy(ZoneId zone) {
        Map<Period, Integer> counts = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            counts.put(period, number(period.key()));
        }
        try {
            return new RetentionPolicy(number(RetentionPolicy.LAST), within(), counts, zone);
        } catch (IllegalArgumentException e) {
            wrong.add(prefix + "retention " + e.getMessage());
            return new RetentionPolicy(1, Duration.ZERO, Map.of(), zone);
        }
    }

    private int number(String rule) {
        String text = values.apply("retention." + rule);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            wrong.add(prefix + "retention." + rule + " is '" + text + "', not a number");
            return 0;
        }
    }

    private Duration within() {
        String text = values.apply("retention." + RetentionPolicy.WITHIN);
        try {
            return AfConfig.duration(text);
        } catch (RuntimeException e) {
            wrong.add(prefix + "retention." + RetentionPolicy.WITHIN + " is '" + text + "', not " + AfConfig.A_TIME);
            return Duration.ZERO;
        }
    }
}
