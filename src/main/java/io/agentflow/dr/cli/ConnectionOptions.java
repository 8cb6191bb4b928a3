package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.LibpqEnvironment;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.UsageError;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** libpq's options, as psql and pg_dump have them. */
final class ConnectionOptions {
    private static final Set<String> SAYS_WHICH =
            Set.of("DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE");

    @Option(
            names = {"-d", "--database-url", "--dbname"},
            paramLabel = "URL",
            description = "URI, connection string or name of the database, as PostgreSQL or af.properties calls it"
                    + " (else AF_DATABASE_URL, DATABASE_URL, PG…).")
    @Nullable
    String url;

    @Option(
            names = {"-h", "--host"},
            paramLabel = "HOST",
            description = "Host of the database, or directory of its socket.")
    @Nullable
    String host;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "Port of the database.")
    @Nullable
    String port;

    @Option(
            names = {"-U", "--username"},
            paramLabel = "ROLE",
            description = "Role to connect as.")
    @Nullable
    String user;

    /**
     * The configuration as it counts for the database that is meant: by a name of {@code af.database.<name>} its address,
     * store, jobs and critical tables.
     *
     * @throws UsageError if nothing says which one of them is meant, or a name of theirs is mistyped
     */
    AfConfig meant(AfConfig config, Map<String, String> environment) {
        if (url != null) {
            DatabaseWord word = new DatabaseWord(url);
            word.requireNoMisspelling(config);
            return word.isConfigured(config) ? config.of(url) : config;
        }
        boolean said = host != null
                || config.given(ConfigKey.DATABASE_URL)
                || environment.keySet().stream().anyMatch(SAYS_WHICH::contains);
        if (!said && !config.databaseNames().isEmpty()) {
            String names = String.join(", ", new TreeSet<>(config.databaseNames()));
            throw new UsageError(
                    "which database? af.properties names " + names,
                    "Name one: -d " + String.join(", or -d ", new TreeSet<>(config.databaseNames())));
        }
        return config;
    }

    /** The database that is meant: command line, then AF_DATABASE_URL, DATABASE_URL, then libpq's environment. */
    DatabaseUrl resolve(AfConfig config, Map<String, String> environment) {
        return LibpqEnvironment.complete(given(config, environment), environment);
    }

    private DatabaseUrl given(AfConfig config, Map<String, String> environment) {
        DatabaseUrl base = DatabaseUrl.parse(text(config, environment));
        if (host != null) {
            // The password of the configured URL is not meant for another host.
            base = base.withoutPassword().with("host", host);
        }
        if (user != null) {
            base = base.withoutPassword().with("user", user);
        }
        return port == null ? base : base.with("port", port);
    }

    private String text(AfConfig config, Map<String, String> environment) {
        if (url != null) {
            if (url.isBlank()) {
                throw new UsageError("--database-url is empty", "Give an address, or leave the option away.");
            }
            return config.databaseNames().contains(url) ? config.text(ConfigKey.DATABASE_URL) : url;
        }
        return config.given(ConfigKey.DATABASE_URL)
                ? config.text(ConfigKey.DATABASE_URL)
                : environment.getOrDefault("DATABASE_URL", "postgresql://");
    }

    /** These options again, for a command that is shown to be typed next; without a password. */
    String asTyped() {
        StringBuilder typed = new StringBuilder();
        if (url != null) {
            typed.append(asTyped(url));
        }
        append(typed, " -h ", host);
        append(typed, " -p ", port);
        append(typed, " -U ", user);
        return typed.toString();
    }

    /** A connection string given as an option, for the same; the password must be given again by PGPASSWORD or a file. */
    static String asTyped(String url) {
        DatabaseUrl parsed = DatabaseUrl.parse(url);
        return " -d "
                + ShellWord.of(
                        parsed.password() == null
                                ? url
                                : parsed.withoutPassword().masked());
    }

    private static void append(StringBuilder typed, String option, @Nullable String value) {
        if (value != null) {
            typed.append(option).append(ShellWord.of(value));
        }
    }
}
