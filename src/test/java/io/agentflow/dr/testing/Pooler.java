package io.agentflow.dr.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** PgBouncer in transaction mode, which hands one session of the server to several clients. */
public final class Pooler implements AutoCloseable {
    private static final String ROLE = "af_pooled";

    private final Path folder;
    private final int port;
    private final String database;

    private Pooler(Path folder, int port, String database) {
        this.folder = folder;
        this.port = port;
        this.database = database;
    }

    /** Starts one; scripts/test.sh installs PgBouncer. */
    public static Pooler inFrontOf(LocalPostgres postgres, String database, String... settings) throws IOException {
        postgres.maintain(
                "DROP ROLE IF EXISTS " + ROLE + "; CREATE ROLE " + ROLE + " SUPERUSER LOGIN PASSWORD 'simple'");
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "af-pooler-");
        int port = Port.free();
        Files.writeString(
                folder.resolve("pgbouncer.ini"),
                "[databases]\n* = host=127.0.0.1 port=" + postgres.port() + " user=" + ROLE + " password=simple\n"
                        + "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + port
                        + "\nauth_type = any\npool_mode = transaction\nunix_socket_dir =\nlogfile = " + folder
                        + "/log\npidfile = " + folder + "/pid\n" + String.join("\n", settings) + "\n");
        if ("root".equals(System.getProperty("user.name"))) {
            AfProcess.output(List.of("chown", "-R", "postgres:", folder.toString()), Map.of());
            AfProcess.output(
                    List.of(
                            "setpriv",
                            "--reuid=postgres",
                            "--regid=postgres",
                            "--init-groups",
                            "/usr/sbin/pgbouncer",
                            "-d",
                            folder.resolve("pgbouncer.ini").toString()),
                    Map.of());
        } else {
            AfProcess.output(
                    List.of(
                            "/usr/sbin/pgbouncer",
                            "-d",
                            folder.resolve("pgbouncer.ini").toString()),
                    Map.of());
        }
        // It goes to the background before it listens.
        Port.awaitListener(port, "PgBouncer, see " + folder.resolve("log"));
        return new Pooler(folder, port, database);
    }

    public String uri() {
        return "postgresql://" + ROLE + "@127.0.0.1:" + port + "/" + database;
    }

    /** How JDBC reaches the database by way of it; it prepares no statements, which would outlive a transaction. */
    public String jdbc() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + ROLE + "&prepareThreshold=0";
    }

    /** What the next client finds set in the session that it is handed. */
    public String setting(String name) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + ROLE);
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW " + name)) {
            row.next();
            return row.getString(1);
        }
    }

    @Override
    public void close() {
        try {
            AfProcess.output(
                    List.of("kill", Files.readString(folder.resolve("pid")).strip()), Map.of());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
