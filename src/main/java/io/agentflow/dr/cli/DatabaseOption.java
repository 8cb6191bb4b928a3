package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.LibpqEnvironment;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names a database where backups are meant, and nobody connects to it. */
final class DatabaseOption {
    static final String NAME = "-d";

    @Option(
            names = {NAME, "--database"},
            paramLabel = "NAME",
            description = "Only backups of this database, as af.properties (with its stores) or PostgreSQL calls it.")
    @Nullable
    String given;

    /** Its name in the configuration; null if it has none there, or no database is named. */
    @Nullable
    String configured(AfConfig config) {
        return given != null && new DatabaseWord(given).isConfigured(config) ? given : null;
    }

    /**
     * As PostgreSQL calls it; null if no database is named.
     *
     * @throws io.agentflow.dr.core.UsageError if it looks like a name of the configuration that is mistyped
     */
    @Nullable
    DatabaseName name(AfConfig config, Map<String, String> environment) {
        if (given == null) {
            return null;
        }
        DatabaseWord word = new DatabaseWord(given);
        if (word.isConfigured(config)) {
            return LibpqEnvironment.complete(
                            DatabaseUrl.parse(config.of(given).text(ConfigKey.DATABASE_URL)), environment)
                    .database();
        }
        DatabaseName name = DatabaseUrl.parse(given).database();
        if (!word.isAddress() && !isThatOfAConfigured(name, config, environment)) {
            word.requireNoMisspelling(config);
        }
        return name;
    }

    private static boolean isThatOfAConfigured(DatabaseName name, AfConfig config, Map<String, String> environment) {
        return config.databases().stream()
                .map(one -> LibpqEnvironment.complete(DatabaseUrl.parse(one.url()), environment))
                .anyMatch(url -> url.database().equals(name));
    }
}
