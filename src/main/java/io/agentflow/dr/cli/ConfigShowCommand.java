package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.ConfiguredKey;
import io.agentflow.dr.config.ConfiguredStore;
import io.agentflow.dr.config.DatabaseKey;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.UsageError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code af config show}. */
@Command(name = "show", description = "Show the configuration as it counts: each value, and where it comes from.")
final class ConfigShowCommand extends AfCommand {
    private static final String AF_PROPERTIES = "af.properties";

    private static final Set<ConfigKey> ADDRESSES =
            Set.of(ConfigKey.EVENTS_URI, ConfigKey.NOTIFY_URIS, ConfigKey.DEAD_LETTER_URI, ConfigKey.REQUEST_JMS_URL);

    @Option(names = "--effective", description = "All keys, also those that nobody has set.")
    boolean effective;

    ConfigShowCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "ConfigShow";
    }

    /** Its mistakes are told together with those of the databases. */
    @Override
    AfConfig configuration(@Nullable Path file, Map<String, String> environment) {
        return AfConfig.read(file, environment);
    }

    /** One key as it counts. */
    private record Value(String key, String value, String source) {}

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        if (!config.problems().isEmpty()) {
            throw new UsageError(String.join("\n  ", config.problems()), "Mend the configuration.");
        }
        List<Value> values = new ArrayList<>();
        for (ConfigKey key : ConfigKey.values()) {
            if (effective || !config.source(key).equals("default")) {
                values.add(new Value(key.key(), shown(key, config.text(key)), config.source(key)));
            }
        }
        for (ServedDatabase database : config.databases()) {
            for (DatabaseKey key : DatabaseKey.values()) {
                values.add(new Value(key.of(database), shown(key, database), config.source(database, key)));
            }
        }
        config.stores().all().forEach(store -> values.addAll(of(store, config)));
        config.requestKeys().forEach(key -> values.addAll(of(key)));
        // What a route's own keys hold is not known: it may well be a password.
        config.ofRoutes().keySet().stream().sorted().forEach(key -> values.add(new Value(key, "****", AF_PROPERTIES)));
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with(
                                    "values",
                                    values.stream()
                                            .map(ConfigShowCommand::fields)
                                            .toList())
                            .toString());
        } else {
            values.forEach(
                    value -> terminal().data(value.key() + " = " + value.value() + "   (" + value.source() + ")"));
        }
        return ExitCode.OK;
    }

    /** Where a store is, and how long it keeps what no database says otherwise. */
    private static List<Value> of(ConfiguredStore store, AfConfig config) {
        String name = "af.store." + store.name();
        List<Value> values = new ArrayList<>(List.of(new Value(name, store.uri(), AF_PROPERTIES)));
        config.retention(null, store)
                .rules()
                .forEach((rule, value) ->
                        values.add(new Value(name + ".retention." + rule, String.valueOf(value), AF_PROPERTIES)));
        return values;
    }

    /** Who may ask for what by messages. Of secrets, the names of their files. */
    private static List<Value> of(ConfiguredKey key) {
        String name = "af.request.key." + key.id();
        List<Value> values = new ArrayList<>();
        if (key.secretFile() != null) {
            values.add(new Value(name + ".secret-file", key.secretFile().toString(), AF_PROPERTIES));
        }
        if (key.publicKeyFile() != null) {
            values.add(new Value(name + ".public-key-file", key.publicKeyFile().toString(), AF_PROPERTIES));
        }
        values.add(new Value(name + ".databases", String.join(",", key.databases()), AF_PROPERTIES));
        values.add(new Value(name + ".operations", String.join(",", key.operations()), AF_PROPERTIES));
        return values;
    }

    private static Map<String, Object> fields(Value value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("key", value.key());
        fields.put("value", value.value());
        fields.put("source", value.source());
        return fields;
    }

    private static String shown(ConfigKey key, String value) {
        if (key == ConfigKey.REQUEST_JMS_PASSWORD && !value.isEmpty()) {
            return "****";
        }
        if (ADDRESSES.contains(key) && !value.isEmpty()) {
            // Webhooks have their secret anywhere in their path.
            return value.replaceAll("([a-z][a-z0-9.+-]*:)[^,]*", "$1****");
        }
        if (key == ConfigKey.REQUEST_NATS_URL) {
            // None is allowed there; but that is said by whoever reads it, and by then it is shown.
            return value.replaceAll("//[^@,/]*@", "//****@");
        }
        return key.key().endsWith("database-url") && !value.isEmpty() ? masked(value) : value;
    }

    private static String shown(DatabaseKey key, ServedDatabase database) {
        return switch (key) {
            case URL -> masked(database.url());
            case SCHEDULE -> Objects.requireNonNullElse(database.schedule(), "");
            case VERIFY_SCHEDULE -> Objects.requireNonNullElse(database.verifySchedule(), "");
            case RETENTION_SCHEDULE -> Objects.requireNonNullElse(database.retentionSchedule(), "");
            case RETENTION_KEEP_LAST,
                    RETENTION_KEEP_WITHIN,
                    RETENTION_KEEP_HOURLY,
                    RETENTION_KEEP_DAILY,
                    RETENTION_KEEP_WEEKLY,
                    RETENTION_KEEP_MONTHLY,
                    RETENTION_KEEP_YEARLY ->
                String.valueOf(
                        database.retention().rules().getOrDefault(key.key().replace("retention.", ""), 0));
            case STORES ->
                database.keptIn().stream().map(in -> in.store().name()).collect(Collectors.joining(","));
            case JOBS -> String.valueOf(database.jobs());
            case CRITICAL_TABLES -> String.join(",", database.criticalTables());
            case RESTORE_BY_MESSAGE -> String.valueOf(database.restoreByMessage());
            case RPO -> database.rpo() == null ? "" : database.rpo().toSeconds() + "s";
        };
    }

    private static String masked(String url) {
        try {
            return DatabaseUrl.parse(url).masked();
        } catch (AfException e) {
            return "**** (cannot be read)";
        }
    }
}
