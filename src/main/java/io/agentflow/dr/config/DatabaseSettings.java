package io.agentflow.dr.config;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.retention.RetentionPolicy;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
                        DatabaseKey.STORES, ConfigKey.STORE,
                        DatabaseKey.JOBS, ConfigKey.JOBS,
                        DatabaseKey.CRITICAL_TABLES, ConfigKey.CRITICAL_TABLES)
                .forEach((own, of) -> {
                    String value = values.get(own);
                    if (value != null) {
                        general.put(of, value);
                    }
                });
    }

    /** Reads it all, and notes everything that is wrong, by key. */
    ServedDatabase read(AfConfig config, List<String> wrong) {
        String url = values.getOrDefault(DatabaseKey.URL, "");
        if (url.isEmpty()) {
            wrong.add(key(DatabaseKey.URL) + " is missing");
        } else {
            parse(url, wrong);
        }
        String store = values.getOrDefault(DatabaseKey.STORES, config.text(ConfigKey.STORE));
        if (store.contains(",")) {
            wrong.add(key(DatabaseKey.STORES) + " names several stores: this version keeps backups in one directory");
        }
        return new ServedDatabase(
                name,
                url,
                store,
                cron(DatabaseKey.SCHEDULE, wrong),
                cron(DatabaseKey.VERIFY_SCHEDULE, wrong),
                cron(DatabaseKey.RETENTION_SCHEDULE, wrong),
                retention(config, wrong),
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

    /** What is not its own is that of all; what is wrong with that is said there. */
    private RetentionPolicy retention(AfConfig config, List<String> wrong) {
        boolean own = values.keySet().stream().anyMatch(key -> key.key().startsWith("retention."));
        return own
                ? new RetentionKeys(key -> retention(config, key), "af.database." + name + ".", wrong)
                        .policy(config.zone())
                : RetentionKeys.ofAll(config, config.zone(), new ArrayList<>());
    }

    private String retention(AfConfig config, String key) {
        DatabaseKey own = DatabaseKey.of(key).orElseThrow();
        return values.getOrDefault(own, config.text(ConfigKey.of("af." + key).orElseThrow()));
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
