package io.agentflow.dr.nats;

import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.route.ReceivedMessage;
import io.agentflow.dr.route.RequestReply;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Requests that come by NATS JetStream; what is told of them is published to the subject that the sender named. */
public final class NatsRequests {
    private static final String TRIGGER = "nats";
    /** JetStream uses the reply subject of a message itself, for its acknowledgement. */
    static final String REPLY_TO = "Af-Reply-To";
    /** Which message is answered: the sequence number in the stream, which its publisher was told. */
    static final String SEQUENCE = "Af-Request-Sequence";

    private static final String ONCE = "Nats-Msg-Id";

    private final NatsLink link;
    private final NatsSettings settings;
    private final int mostBytes;

    /** @param mostBytes how much of a message is kept: a longer one is no request */
    NatsRequests(NatsLink link, NatsSettings settings, int mostBytes) {
        this.link = link;
        this.settings = settings;
        this.mostBytes = mostBytes;
    }

    /** Reads a message; of its headers only the one that names where its results go, if that is a plain subject. */
    public ReceivedMessage read(Message message) {
        byte[] data = message.getData();
        return new ReceivedMessage(
                data.length > mostBytes ? Arrays.copyOf(data, mostBytes) : data,
                data.length,
                new Arrival(
                        TRIGGER,
                        replyTo(message.getHeaders()),
                        String.valueOf(message.metaData().streamSequence())));
    }

    /** Never the subject of the requests: results would come back as messages that are refused. */
    private @Nullable String replyTo(@Nullable Headers headers) {
        String named = headers == null ? null : headers.getLast(REPLY_TO);
        return NatsSubject.isPlain(named) && !settings.subject().equals(named) ? named : null;
    }

    /**
     * Publishes what becomes of a request. A stream takes it once, also if it is sent again because the first
     * acknowledgement was lost; the answer to a copy of the request is another one, and that of another service, too.
     *
     * @throws io.agentflow.dr.core.OperationFailed if the server does not confirm it
     */
    public void reply(RequestReply reply) {
        RequestResult result = reply.result();
        String named = reply.arrival().replyTo();
        String subject = named == null ? settings.results() : named;
        if (subject == null) {
            return;
        }
        String sequence = String.valueOf(reply.arrival().correlation());
        Headers headers = new Headers()
                .put(SEQUENCE, sequence)
                .put(
                        ONCE,
                        settings.durable() + "-" + result.request() + "-"
                                + result.status().text() + "-" + sequence);
        link.publish(subject, headers, result.json());
    }
}
