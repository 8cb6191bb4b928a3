package io.agentflow.dr.nats;

import io.agentflow.dr.core.Causes;
import io.agentflow.dr.core.OperationFailed;
import io.nats.client.AuthHandler;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The connection to NATS: one at a time. A lost one is not mended but made anew, with all that hangs on it. */
final class NatsLink implements AutoCloseable {
    /** Twice unanswered, the connection counts as lost: a machine that vanished says nothing. */
    private static final Duration PING = Duration.ofSeconds(15);

    private static final Duration CONFIRM = Duration.ofSeconds(5);

    private final NatsSettings settings;
    private final Consumer<String> say;
    private volatile @Nullable Connection current;
    private volatile @Nullable Exception reason;

    /** @param say gets lines for the log */
    NatsLink(NatsSettings settings, Consumer<String> say) {
        this.settings = settings;
        this.say = say;
    }

    NatsSettings settings() {
        return settings;
    }

    /**
     * Connects.
     *
     * @throws IOException if no server answers or lets af in, or a file cannot be read
     */
    Connection open() throws IOException, InterruptedException {
        reason = null;
        try {
            Connection made = Nats.connect(options());
            current = made;
            return made;
        } catch (IOException e) {
            Exception why = reason;
            // The client itself says that it cannot connect, and to nobody else why.
            throw why == null
                    ? e
                    : new IOException(e.getMessage() + ": " + Causes.root(why).getMessage(), e);
        }
    }

    private Options options() throws IOException {
        Options.Builder options = new Options.Builder()
                .servers(settings.servers().toArray(String[]::new))
                .connectionName("af")
                .noReconnect()
                .pingInterval(PING)
                .errorListener(new ErrorListener() {
                    @Override
                    public void errorOccurred(Connection connection, String error) {
                        say.accept("nats: " + error);
                    }

                    @Override
                    public void exceptionOccurred(Connection connection, Exception why) {
                        reason = why;
                    }
                });
        if (settings.byTls()) {
            // Resolved by the client, a name would be an address by the time it is compared with the certificate.
            options.sslContext(NamedServers.of(Certificates.read(settings.tls())))
                    .hostnameResolveMode(Options.HostnameResolveMode.HappyEyeballs);
        }
        NatsSettings.Access access = settings.access();
        Path credentials = access.credentials();
        String user = access.user();
        Path password = access.password();
        if (credentials != null) {
            options.authHandler(handler(credentials));
        } else if (user != null && password != null) {
            options.userInfo(
                    user.toCharArray(), Files.readString(password).strip().toCharArray());
        }
        return options.build();
    }

    private static AuthHandler handler(Path credentials) throws IOException {
        return Nats.staticCredentials(Files.readString(credentials).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Publishes something, and waits until the server has it: a stream on its disk, if the subject belongs to one.
     *
     * @throws OperationFailed if it is not known to have arrived
     */
    void publish(String subject, Headers headers, byte[] body) {
        Connection connection = current;
        if (connection == null || connection.getStatus() != Connection.Status.CONNECTED) {
            throw failed(subject, "there is no connection", null);
        }
        Message message = NatsMessage.builder()
                .subject(subject)
                .headers(headers)
                .data(body)
                .build();
        try {
            if (connection.jetStreamManagement().getStreamNames(subject).isEmpty()) {
                connection.clearLastError();
                connection.publish(message);
                connection.flush(CONFIRM);
                requireNoRefusal(connection, subject);
            } else {
                connection.jetStream().publish(message);
            }
        } catch (IOException | JetStreamApiException | TimeoutException | IllegalStateException e) {
            throw failed(subject, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(subject, "af ends", e);
        }
    }

    /** That af may not publish there is told as an error of the connection, before the flush is answered. */
    private static void requireNoRefusal(Connection connection, String subject) {
        String error = String.valueOf(connection.getLastError());
        if (error.contains("\"" + subject + "\"")) {
            throw failed(subject, error, null);
        }
    }

    private static OperationFailed failed(String subject, String why, @Nullable Exception e) {
        String fact = "the result cannot be published to " + subject + " by NATS: " + why;
        String hint = "See docs/reference/messages.md for the rights that af needs there.";
        return e == null ? new OperationFailed(fact, hint) : new OperationFailed(fact, hint, e);
    }

    /** Lets the connection go; what was handed to it is sent first. */
    @Override
    public void close() {
        Connection connection = current;
        current = null;
        if (connection != null) {
            try {
                connection.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
