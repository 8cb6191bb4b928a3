package io.agentflow.dr.nats;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.request.Availability;
import io.agentflow.dr.request.IntakeThread;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fetches requests from a stream, one at a time, and acknowledges each when it is on the disk or refused. What cannot be
 * kept comes again until it can, or until it has expired and is refused: there is no number of attempts behind which the
 * server would forget it. Safe to be closed before it was started.
 */
final class NatsIntake implements AutoCloseable {
    private static final Duration COME_BACK = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofSeconds(10);
    /** Longer than it takes to write a request, also while routes are exchanged. */
    private static final Duration ACKNOWLEDGE = Duration.ofMinutes(1);

    private static final Duration FETCH = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration KEPT = Duration.ofDays(7);
    private static final int NOT_FOUND = 404;

    private final NatsLink link;
    private final Consumer<Message> desk;
    private final Consumer<String> say;
    private final Availability availability;
    private final IntakeThread thread = new IntakeThread("requests-nats", COME_BACK, this::session);

    /**
     * @param desk takes a message; throws if it must not be acknowledged
     * @param availability is told whether requests can come
     * @param say gets lines for the log
     */
    NatsIntake(NatsLink link, Consumer<Message> desk, Availability availability, Consumer<String> say) {
        this.link = link;
        this.desk = desk;
        this.say = say;
        this.availability = availability;
    }

    /** Begins to fetch. A server that is away does not matter: it is tried until it is there. */
    void start() {
        thread.start();
    }

    /** From a connection to its end. At our own end it stays: there are results to be sent. */
    private void session() throws InterruptedException {
        try {
            Connection connection = link.open();
            serve(connection, subscribe(connection));
        } catch (IOException | JetStreamApiException | RuntimeException | LinkageError e) {
            // Also of a bug: without this thread no request would ever come again, and nobody would know.
            availability.down(
                    "no requests can come, and it is tried again: " + (e.getMessage() == null ? e : e.getMessage()));
        }
        if (!thread.ended()) {
            link.close();
        }
    }

    private JetStreamSubscription subscribe(Connection connection) throws IOException, JetStreamApiException {
        NatsSettings settings = link.settings();
        JetStreamManagement streams = connection.jetStreamManagement();
        provide(streams, settings);
        streams.addOrUpdateConsumer(
                settings.stream(),
                ConsumerConfiguration.builder()
                        .durable(settings.durable())
                        .filterSubject(settings.subject())
                        .ackPolicy(AckPolicy.Explicit)
                        .ackWait(ACKNOWLEDGE)
                        .maxDeliver(-1)
                        .build());
        return connection.jetStream().subscribe(null, PullSubscribeOptions.bind(settings.stream(), settings.durable()));
    }

    /** A stream that somebody made is left as it is. */
    private static void provide(JetStreamManagement streams, NatsSettings settings)
            throws IOException, JetStreamApiException {
        try {
            streams.getStreamInfo(settings.stream());
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() != NOT_FOUND) {
                throw e;
            }
            streams.addStream(StreamConfiguration.builder()
                    .name(settings.stream())
                    .subjects(settings.subject())
                    .storageType(StorageType.File)
                    .retentionPolicy(RetentionPolicy.Limits)
                    .maxAge(KEPT)
                    .build());
        }
    }

    private void serve(Connection connection, JetStreamSubscription requests) throws InterruptedException {
        availability.up("requests come from " + link.settings().subject() + " at " + connection.getConnectedUrl());
        while (!thread.ended() && connection.getStatus() == Connection.Status.CONNECTED) {
            Message message = next(connection, requests);
            if (message != null) {
                take(message);
            }
        }
        if (thread.ended()) {
            leave(connection, requests);
        } else {
            availability.down("the connection is lost");
        }
    }

    /** What has come meanwhile is taken still, and nothing more is sent here: it would be held back for others. */
    private void leave(Connection connection, JetStreamSubscription requests) throws InterruptedException {
        if (connection.getStatus() == Connection.Status.CONNECTED) {
            Message last = requests.nextMessage(Duration.ofMillis(1));
            if (last != null) {
                take(last);
            }
            requests.unsubscribe();
        }
    }

    /** Asks for one message, and looks for it in short steps, so that an end is noticed. */
    private @Nullable Message next(Connection connection, JetStreamSubscription requests) throws InterruptedException {
        requests.pullExpiresIn(1, FETCH);
        Message message = null;
        for (long left = FETCH.dividedBy(LOOK);
                left > 0 && message == null && !thread.ended() && connection.getStatus() == Connection.Status.CONNECTED;
                left--) {
            message = requests.nextMessage(LOOK);
        }
        return message;
    }

    private void take(Message message) {
        try {
            desk.accept(message);
            message.ack();
        } catch (RuntimeException e) {
            // Also after a bug, here or in a route: the next message must not wait behind this one.
            say.accept("nats: a request comes again: " + AfException.line(e));
            message.nakWithDelay(AGAIN);
        }
    }

    /** Fetches nothing more; what was fetched is kept and acknowledged. The connection stays for the results. */
    @Override
    public void close() {
        thread.end();
        thread.join();
    }
}
