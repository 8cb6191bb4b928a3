package io.agentflow.dr.config;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.retention.RetentionPolicy;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quartz.CronExpression;

/** What was given for one database, before anybody has looked whether it makes sense. */
final class DatabaseSettings {
    private final String name;
    private final Map<DatabaseKey, String> values = new EnumMap<>(DatabaseKey.class);

    DatabaseSettings(String name) {
        this.name = name;
    }

    void put(DatabaseKey key, String value) {
        values.put(key, value);
    }

    boolean has(DatabaseKey key) {
        return values.containsKey(key);
    }

    /** What was given for one of these that has a key of the same meaning for all. */
    void override(Map<ConfigKey, String> general) {
        Map.of(
                        DatabaseKey.URL, ConfigKey.DATABASE_URL,
                        DatabaseKey.JOBS, ConfigKey.JOBS,
                        DatabaseKey.CRITICAL_TABLES, ConfigKey.CRITICAL_TABLES)
                .forEach((own, of) -> {
                    String value = values.get(own);
                    if (value != null) {
                        general.put(of, value);
                    }
                });
        String stores = values.get(DatabaseKey.STORES);
        if (stores != null) {
            general.remove(ConfigKey.STORE);
            general.remove(ConfigKey.STORES);
            general.put(stores.contains(",") ? ConfigKey.STORES : ConfigKey.STORE, stores);
        }
    }

    /** Reads it all, and notes everything that is wrong, by key. */
    ServedDatabase read(AfConfig config, List<String> wrong) {
        String url = values.getOrDefault(DatabaseKey.URL, "");
        if (url.isEmpty()) {
            wrong.add(key(DatabaseKey.URL) + " is missing");
        } else {
            parse(url, wrong);
        }
        return new ServedDatabase(
                name,
                url,
                keptIn(config, wrong),
                cron(DatabaseKey.SCHEDULE, wrong),
                cron(DatabaseKey.VERIFY_SCHEDULE, wrong),
                cron(DatabaseKey.RETENTION_SCHEDULE, wrong),
                jobs(config, wrong),
                AfConfig.words(
                        values.getOrDefault(DatabaseKey.CRITICAL_TABLES, config.text(ConfigKey.CRITICAL_TABLES))),
                rpo(wrong),
                restoreByMessage(wrong));
    }

    private void parse(String url, List<String> wrong) {
        try {
            DatabaseUrl.parse(url);
        } catch (AfException e) {
            wrong.add(key(DatabaseKey.URL) + ": " + e.fact());
        }
    }

    /** The first is the primary. What is wrong with the retention of all, or of a store, is said there. */
    private List<KeptIn> keptIn(AfConfig config, List<String> wrong) {
        String given = values.get(DatabaseKey.STORES);
        List<ConfiguredStore> stores = given == null ? config.storesMeant() : config.named(given);
        if (stores.isEmpty()) {
            wrong.add(key(DatabaseKey.STORES) + " names none");
            stores = List.of(config.stores().named(ConfigKey.STORE.fallback()));
        }
        config.twice(stores).ifPresent(twice -> wrong.add(key(DatabaseKey.STORES) + " names " + twice + " twice"));
        Set<String> complaints = new LinkedHashSet<>();
        List<KeptIn> keptIn = new ArrayList<>();
        for (ConfiguredStore store : stores) {
            List<String> own = new ArrayList<>();
            keptIn.add(new KeptIn(store, retention(config, store, own)));
            complaints.addAll(own);
        }
        if (values.keySet().stream().anyMatch(key -> key.key().startsWith("retention."))) {
            wrong.addAll(complaints);
        }
        return keptIn;
    }

    /** How long a store keeps its backups; what is wrong with that is noted, by key. */
    RetentionPolicy retention(AfConfig config, ConfiguredStore store, List<String> wrong) {
        return new RetentionByStore(config).policy(store, this::retention, "af.database." + name + ".", wrong);
    }

    /** The stores that it names itself, separated by commas. */
    Optional<String> stores() {
        return Optional.ofNullable(values.get(DatabaseKey.STORES));
    }

    private @Nullable String retention(String key) {
        return values.get(DatabaseKey.of(key).orElseThrow());
    }

    private String key(DatabaseKey key) {
        return "af.database." + name + "." + key.key();
    }

    private @Nullable String cron(DatabaseKey key, List<String> wrong) {
        String cron = values.get(key);
        if (cron != null) {
            try {
                CronExpression.validateExpression(cron);
            } catch (ParseException e) {
                wrong.add(key(key) + " is '" + cron
                        + "', not a cron expression such as 0 0 2 * * ? (seconds come first): " + e.getMessage());
            }
        }
        return cron;
    }

    private int jobs(AfConfig config, List<String> wrong) {
        String jobs = values.get(DatabaseKey.JOBS);
        try {
            return jobs == null ? config.jobs() : AfConfig.whole(jobs, 1, Integer.MAX_VALUE);
        } catch (NumberFormatException e) {
            wrong.add(key(DatabaseKey.JOBS) + " is '" + jobs + "', not a number from 1 on");
            return 1;
        }
    }

    private boolean restoreByMessage(List<String> wrong) {
        String allowed = values.getOrDefault(DatabaseKey.RESTORE_BY_MESSAGE, "false");
        if (!allowed.matches("true|false")) {
            wrong.add(key(DatabaseKey.RESTORE_BY_MESSAGE) + " is '" + allowed + "', not true or false");
        }
        return allowed.equals("true");
    }

    private @Nullable Duration rpo(List<String> wrong) {
        String rpo = values.get(DatabaseKey.RPO);
        try {
            return rpo == null ? null : AfConfig.duration(rpo);
        } catch (RuntimeException e) {
            wrong.add(key(DatabaseKey.RPO) + " is '" + rpo + "', not " + AfConfig.A_TIME);
            return null;
        }
    }
}
