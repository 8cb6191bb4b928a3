package io.agentflow.dr.postgres;

import io.agentflow.dr.core.DatabaseUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;

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

    private Connections() {}

    /**
     * Opens a connection whose session has no time-outs of the server's configuration and the search path {@code
     * pg_catalog}, so that nothing a user made can stand in for a built-in.
     *
     * @throws io.agentflow.dr.core.AfException if the server cannot be reached or does not let us in
     */
    public static Sql open(DatabaseUrl url, String applicationName) {
        try {
            Connection connection = DriverManager.getConnection(jdbcUrl(url), properties(url, applicationName));
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET statement_timeout = 0; SET lock_timeout = 0;"
                        + " SET idle_in_transaction_session_timeout = 0; SET search_path = pg_catalog;"
                        + " SET default_transaction_read_only = off");
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

    private static String jdbcUrl(DatabaseUrl url) {
        if (url.unixSocket()) {
            return "jdbc:postgresql://localhost/" + percent(url.database().text());
        }
        String[] hosts = url.host().split(",", -1);
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
