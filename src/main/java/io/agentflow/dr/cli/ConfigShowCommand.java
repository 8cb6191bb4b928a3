package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code af config show}. */
@Command(name = "show", description = "Show the configuration as it counts: each value, and where it comes from.")
final class ConfigShowCommand extends AfCommand {
    @Option(names = "--effective", description = "All keys, also those that nobody has set.")
    boolean effective;

    ConfigShowCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "ConfigShow";
    }

    /** One key as it counts. */
    private record Value(String key, String value, String source) {}

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        List<Value> values = new ArrayList<>();
        for (ConfigKey key : ConfigKey.values()) {
            if (effective || !config.source(key).equals("default")) {
                values.add(new Value(key.key(), shown(key, config.text(key)), config.source(key)));
            }
        }
        for (ServedDatabase database : config.databases()) {
            String prefix = "af.database." + database.name() + ".";
            values.add(new Value(prefix + "url", masked(database.url()), "file"));
            values.add(new Value(prefix + "stores", database.store(), "file"));
            values.add(new Value(prefix + "schedule", String.valueOf(database.schedule()), "file"));
            values.add(new Value(prefix + "verify-schedule", String.valueOf(database.verifySchedule()), "file"));
            values.add(new Value(
                    prefix + "allow-restore-by-message", String.valueOf(database.restoreByMessage()), "file"));
        }
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
        boolean url = key == ConfigKey.DATABASE_URL || key == ConfigKey.TARGET_DATABASE_URL;
        return url && !value.isEmpty() ? masked(value) : value;
    }

    private static String masked(String url) {
        try {
            return DatabaseUrl.parse(url).masked();
        } catch (AfException e) {
            return "**** (cannot be read)";
        }
    }
}
