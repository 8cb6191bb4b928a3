package io.agentflow.dr.postgres;

import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.UsageError;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGConnection;

/** Opens JDBC connections to where a {@link DatabaseUrl} points. */
public final class Connections {
    /** libpq keyword to pgJDBC property, where both know the thing under different names. */
    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("user", "user"),
            Map.entry("sslmode", "sslmode"),
            Map.entry("sslrootcert", "sslrootcert"),
            Map.entry("sslcert", "sslcert"),
            Map.entry("sslkey", "sslkey"),
            Map.entry("sslpassword", "sslpassword"),
            Map.entry("sslnegotiation", "sslNegotiation"),
            Map.entry("gssencmode", "gssEncMode"),
            Map.entry("krbsrvname", "kerberosServerName"),
            Map.entry("channel_binding", "channelBinding"),
            Map.entry("options", "options"),
            Map.entry("connect_timeout", "connectTimeout"));

    private static final System.Logger LOG = System.getLogger(Connections.class.getName());

    private Connections() {}

    /**
     * What a pool of sessions needs to open them.
     *
     * @param properties pgJDBC's, with the password: not to be printed
     */
    public record Target(String url, Properties properties) {
        @Override
        public String toString() {
            return url;
        }
    }

    /** Where a pool opens plain sessions, in which nothing is set. */
    public static Target target(DatabaseUrl url, String applicationName) {
        return new Target(jdbcUrl(url), properties(url, applicationName));
    }

    /**
     * Opens a connection whose session has no time-outs of the server's configuration and the search path {@code
     * pg_catalog}, so that nothing a user made can stand in for a built-in. Each statement sees what was committed before
     * it, and a commit is on the server's disk, also where the configuration says otherwise; whether it waits for standbys
     * is the configuration's to say: one that is gone must not hold the live database back.
     *
     * @throws io.agentflow.dr.core.AfException if the server cannot be reached or does not let us in
     */
    public static Sql open(DatabaseUrl url, String applicationName) {
        try {
            Connection connection = DriverManager.getConnection(jdbcUrl(url), properties(url, applicationName));
            requireServer(connection, url);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET statement_timeout = 0; SET lock_timeout = 0;"
                        + " SET idle_in_transaction_session_timeout = 0; SET search_path = pg_catalog;"
                        + " SET default_transaction_read_only = off;"
                        + " SET default_transaction_isolation = 'read committed';"
                        + " SELECT pg_catalog.set_config('synchronous_commit', 'local', false)"
                        + " WHERE pg_catalog.current_setting('synchronous_commit') = 'off'");
                int major = connection.getMetaData().getDatabaseMajorVersion();
                if (major >= 14) {
                    statement.execute("SET idle_session_timeout = 0");
                }
                if (major >= 17) {
                    statement.execute("SET transaction_timeout = 0");
                }
                endWithClient(statement, major);
                // From here on a query may take its time.
                connection.setNetworkTimeout(Runnable::run, 0);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return new Sql(connection);
        } catch (SQLException e) {
            throw PgFailures.connecting(url, e);
        }
    }

    /**
     * A pooler tells its clients a process number of its own. What is set in a session that it hands out would stay for
     * the next client, and what af relies on would not stay for af.
     *
     * @throws Refused if a pooler answers
     */
    private static void requireServer(Connection connection, DatabaseUrl url) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_backend_pid()")) {
            row.next();
            if (row.getInt(1) != connection.unwrap(PGConnection.class).getBackendPID()) {
                connection.close();
                throw new Refused(
                        "a connection pooler answers at " + url.address() + ", and not the server itself",
                        "Give host and port of the server: a pooler shares one session among several clients.");
            }
        }
    }

    /** A server that works for a client which has gone would go on for hours, and hold its snapshot. */
    private static void endWithClient(Statement statement, int major) {
        if (major < 14) {
            return;
        }
        try {
            statement.execute("SET client_connection_check_interval = '1s'");
        } catch (SQLException e) {
            // Not every server's operating system can tell: then the cancellation must do.
            LOG.log(System.Logger.Level.DEBUG, "no client_connection_check_interval", e);
        }
    }

    private static String jdbcUrl(DatabaseUrl url) {
        if (url.unixSocket()) {
            return "jdbc:postgresql://localhost/" + percent(url.database().text());
        }
        if (url.keywords().containsKey("hostaddr")
                && "verify-full".equals(url.keywords().get("sslmode"))) {
            throw new UsageError(
                    "hostaddr cannot be used with sslmode=verify-full: the driver would check the address, not the name",
                    "Give the host alone.");
        }
        String[] hosts = url.server().split(",", -1);
        String[] ports = url.port().split(",", -1);
        StringBuilder text = new StringBuilder("jdbc:postgresql://");
        for (int i = 0; i < hosts.length; i++) {
            String port = ports[Math.min(i, ports.length - 1)];
            String host = hosts[i].contains(":") ? "[" + hosts[i] + "]" : hosts[i];
            text.append(i == 0 ? "" : ",").append(host).append(':').append(port.isEmpty() ? "5432" : port);
        }
        return text.append('/').append(percent(url.database().text())).toString();
    }

    private static String percent(String text) {
        return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8)
                .replace("+", "%20");
    }

    private static Properties properties(DatabaseUrl url, String applicationName) {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", applicationName);
        // The driver switches keepalive off again when this does not say so, too.
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("socketFactory", KeptAliveSockets.class.getName());
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("cancelSignalTimeout", "2");
        url.keywords().forEach((keyword, value) -> {
            String property = PROPERTIES.get(keyword);
            if (property != null) {
                properties.setProperty(property, value);
            }
        });
        // A server, or a firewall, that accepts and then says nothing must not hold us for ever.
        properties.setProperty("socketTimeout", properties.getProperty("connectTimeout"));
        if ("read-write".equals(url.keywords().get("target_session_attrs"))) {
            properties.setProperty("targetServerType", "primary");
        }
        if (url.password() != null) {
            properties.setProperty("password", url.password().reveal());
        }
        if (url.unixSocket()) {
            properties.setProperty("socketFactory", "org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg");
            properties.setProperty("socketFactoryArg", url.host() + "/.s.PGSQL." + url.port());
            properties.setProperty("sslmode", "disable");
        }
        return properties;
    }
}
