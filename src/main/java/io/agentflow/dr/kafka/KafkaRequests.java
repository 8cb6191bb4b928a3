package io.agentflow.dr.kafka;

import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.route.ReceivedMessage;
import io.agentflow.dr.route.RequestReply;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Requests that come by Kafka; what is told of them goes to the topic that the sender named. */
public final class KafkaRequests {
    private static final String TRIGGER = "kafka";
    static final String REPLY_TO = "af-reply-to";
    /** Which record is answered: {@code topic-partition@offset}, which its producer was told. */
    static final String OFFSET = "af-request-offset";

    private final KafkaResults results;
    private final KafkaSettings settings;

    KafkaRequests(KafkaResults results, KafkaSettings settings) {
        this.results = results;
        this.settings = settings;
    }

    /** Reads a record; of its headers only the one that names where its results go, if that is a plain topic. */
    public ReceivedMessage read(ConsumerRecord<byte[], byte[]> message) {
        byte @Nullable [] first = message.value();
        return new ReceivedMessage(
                first == null ? new byte[0] : first,
                Math.max(0, message.serializedValueSize()),
                new Arrival(
                        TRIGGER,
                        replyTo(message.headers()),
                        message.topic() + "-" + message.partition() + "@" + message.offset()));
    }

    /** Never the topic of the requests: results would come back as requests that are refused. */
    private @Nullable String replyTo(Headers headers) {
        Header last = headers.lastHeader(REPLY_TO);
        byte @Nullable [] value = last == null ? null : last.value();
        if (value == null || value.length > KafkaTopic.LONGEST) {
            return null;
        }
        String named = new String(value, StandardCharsets.UTF_8);
        return KafkaTopic.isPlain(named) && !settings.topic().equals(named) ? named : null;
    }

    /**
     * Sends what becomes of a request; its id is the key.
     *
     * @throws io.agentflow.dr.core.OperationFailed if it is not known to have arrived
     */
    public void reply(RequestReply reply) {
        RequestResult result = reply.result();
        String named = reply.arrival().replyTo();
        String topic = named == null ? settings.results() : named;
        if (topic == null) {
            return;
        }
        ProducerRecord<byte[], byte[]> answer = new ProducerRecord<>(topic, bytes(result.request()), result.json());
        answer.headers().add(OFFSET, bytes(String.valueOf(reply.arrival().correlation())));
        results.send(answer);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
