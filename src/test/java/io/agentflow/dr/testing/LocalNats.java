package io.agentflow.dr.testing;

import static org.awaitility.Awaitility.await;

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real nats-server with JetStream on the loopback address; what its streams hold outlives a kill. */
public final class LocalNats implements AutoCloseable {
    /** What af may do, as docs/reference/messages.md lists it; and for results, two subjects and the inboxes. */
    private static final String RIGHTS = """
            {
              publish: ["$JS.API.STREAM.INFO.AF_REQUESTS", "$JS.API.STREAM.CREATE.AF_REQUESTS", "$JS.API.STREAM.NAMES",
                "$JS.API.CONSUMER.CREATE.AF_REQUESTS.af.>", "$JS.API.CONSUMER.INFO.AF_REQUESTS.af",
                "$JS.API.CONSUMER.MSG.NEXT.AF_REQUESTS.af", "$JS.ACK.AF_REQUESTS.af.>", "af.results", "mine.>", "_INBOX.>"]
              subscribe: ["_INBOX.>"]
            }""";

    /** Of the user af. */
    public static final String PASSWORD = "af's nats $ecret";

    private final Path folder;
    private final int port;
    private Process server;

    private LocalNats(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /**
     * Starts one. The user {@code tests} may do everything, {@code af} what it needs.
     *
     * @param folder where its configuration and its streams go
     * @param key the public key of another user with the rights of af, or an empty text
     */
    public static LocalNats start(Path folder, String key) {
        try {
            LocalNats nats = new LocalNats(Files.createDirectories(folder), Port.free());
            String byKey = key.isEmpty() ? "" : "{ nkey: " + key + ", permissions: " + RIGHTS + " }";
            Files.writeString(folder.resolve("conf"), """
                    listen: "127.0.0.1:%d"
                    max_payload: 16MB
                    jetstream: { store_dir: "%s", max_mem: 16MB, max_file: 256MB }
                    authorization: { users: [
                      { user: tests, password: tests }
                      { user: af, password: "%s", permissions: %s }
                      %s
                    ] }
                    """.formatted(
                            nats.port, folder.resolve("streams"), PASSWORD, RIGHTS, byKey));
            nats.start();
            return nats;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts one that talks by TLS alone, and only to clients whose certificate it knows.
     *
     * @param certificate its own, which is also the one that it knows
     * @param key that of the certificate
     */
    public static LocalNats secured(Path folder, Path certificate, Path key) {
        try {
            LocalNats nats = new LocalNats(Files.createDirectories(folder), Port.free());
            Files.writeString(folder.resolve("conf"), """
                    listen: "127.0.0.1:%d"
                    tls { cert_file: "%s", key_file: "%s", ca_file: "%s", verify: true }
                    """.formatted(nats.port, certificate, key, certificate));
            nats.launch();
            Port.awaitListener(nats.port, "nats-server with TLS");
            return nats;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again. */
    public void start() {
        launch();
        await().ignoreExceptions().until(() -> connected(connection -> true));
    }

    private void launch() {
        try {
            server = new ProcessBuilder(
                            "/usr/sbin/nats-server",
                            "-c",
                            folder.resolve("conf").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no nats-server here: run scripts/test.sh, or apt-get install nats-server", e);
        }
    }

    /** Kills it at once. */
    public void kill() {
        server.destroyForcibly().onExit().join();
    }

    public int port() {
        return port;
    }

    public String url() {
        return "nats://127.0.0.1:" + port;
    }

    /** What is done with a connection. */
    public interface Work<T> {
        T with(Connection connection) throws Exception;
    }

    /** Does something as the user who may do everything. */
    public <T> T connected(Work<T> work) throws Exception {
        Connection connection = Nats.connect(new Options.Builder()
                .server(url())
                .userInfo("tests".toCharArray(), "tests".toCharArray())
                .noReconnect()
                .build());
        try {
            return work.with(connection);
        } finally {
            connection.close();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
