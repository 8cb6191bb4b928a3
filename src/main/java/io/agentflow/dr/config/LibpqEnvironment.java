package io.agentflow.dr.config;

import io.agentflow.dr.core.DatabaseUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.postgresql.jdbcurlresolver.PgServiceConfParser;

/**
 * What libpq's environment variables and service files say, so that af connects where psql would.
 *
 * @see <a href="https://www.postgresql.org/docs/current/libpq-envars.html">libpq, 34.15</a>
 */
public final class LibpqEnvironment {
    private static final Map<String, String> KEYWORDS = Map.ofEntries(
            Map.entry("PGHOST", "host"),
            Map.entry("PGHOSTADDR", "hostaddr"),
            Map.entry("PGPORT", "port"),
            Map.entry("PGDATABASE", "dbname"),
            Map.entry("PGUSER", "user"),
            Map.entry("PGPASSWORD", "password"),
            Map.entry("PGSSLMODE", "sslmode"),
            Map.entry("PGSSLROOTCERT", "sslrootcert"),
            Map.entry("PGSSLCERT", "sslcert"),
            Map.entry("PGSSLKEY", "sslkey"),
            Map.entry("PGGSSENCMODE", "gssencmode"),
            Map.entry("PGCHANNELBINDING", "channel_binding"),
            Map.entry("PGCONNECT_TIMEOUT", "connect_timeout"),
            Map.entry("PGOPTIONS", "options"),
            Map.entry("PGTARGETSESSIONATTRS", "target_session_attrs"));

    /** How pgJDBC calls what a service file calls host, port and dbname. */
    private static final Map<String, String> SERVICE = Map.of("PGHOST", "host", "PGPORT", "port", "PGDBNAME", "dbname");

    private LibpqEnvironment() {}

    /** Completes what is given: the named service first, then the environment, then libpq's defaults. */
    public static DatabaseUrl complete(DatabaseUrl given, Map<String, String> environment) {
        Map<String, String> keywords = new LinkedHashMap<>();
        keywords.put("user", environment.getOrDefault("PGUSER", System.getProperty("user.name", "postgres")));
        KEYWORDS.forEach((variable, keyword) -> {
            String value = environment.get(variable);
            if (value != null && !value.isEmpty()) {
                keywords.put(keyword, value);
            }
        });
        String service = given.keywords().getOrDefault("service", environment.getOrDefault("PGSERVICE", ""));
        if (!service.isEmpty()) {
            keywords.putAll(service(service));
        }
        DatabaseUrl complete = given.over(DatabaseUrl.ofKeywords(keywords));
        return complete.with("host", complete.keywords().getOrDefault("host", localHost(complete.port())))
                .with("port", complete.port())
                .without("service");
    }

    /** Where libpq looks when no host is named: the server's socket, if it is there. */
    private static String localHost(String port) {
        return Stream.of("/var/run/postgresql", "/tmp")
                .filter(directory -> Files.exists(Path.of(directory, ".s.PGSQL." + port)))
                .findFirst()
                .orElse("localhost");
    }

    private static Map<String, String> service(String name) {
        Properties found = PgServiceConfParser.getServiceProperties(name);
        if (found == null) {
            throw new io.agentflow.dr.core.UsageError(
                    "the service '" + name + "' is not defined", "Define it in ~/.pg_service.conf or PGSERVICEFILE.");
        }
        Map<String, String> keywords = new LinkedHashMap<>();
        found.stringPropertyNames()
                .forEach(key -> keywords.put(SERVICE.getOrDefault(key, key), found.getProperty(key)));
        return keywords;
    }
}
