package io.agentflow.dr.kafka;

import io.agentflow.dr.core.OperationFailed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Produces results. Its clients are made with the first one, and anew after a failure. */
final class KafkaResults implements AutoCloseable {
    /** Longer than the producer itself tries it. */
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private static final Duration END = Duration.ofSeconds(2);

    private final KafkaClients clients;
    private @Nullable Admin admin;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    KafkaResults(KafkaClients clients) {
        this.clients = clients;
    }

    /**
     * Produces one, and waits until the brokers have it. No topic is made for it.
     *
     * @throws OperationFailed if it is not known to have arrived
     */
    synchronized void send(ProducerRecord<byte[], byte[]> result) {
        try {
            asking().describeTopics(List.of(result.topic()))
                    .allTopicNames()
                    .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            producing().send(result).get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw failed(result.topic(), e.getCause() == null ? e : e.getCause());
        } catch (IOException | KafkaException | TimeoutException | IllegalStateException | LinkageError e) {
            throw failed(result.topic(), e);
        } catch (InterruptedException e) {
            OperationFailed failed = failed(result.topic(), e);
            Thread.currentThread().interrupt();
            throw failed;
        }
    }

    private Admin asking() throws IOException {
        Admin there = admin;
        if (there == null) {
            there = clients.admin();
            admin = there;
        }
        return there;
    }

    private KafkaProducer<byte[], byte[]> producing() throws IOException {
        KafkaProducer<byte[], byte[]> there = producer;
        if (there == null) {
            there = clients.producer();
            producer = there;
        }
        return there;
    }

    /** A producer that has failed may have failed for good. */
    private OperationFailed failed(String topic, Throwable why) {
        close();
        return new OperationFailed(
                "the result cannot be sent to the topic " + topic + " by Kafka: " + KafkaFailures.line(why),
                "See docs/reference/messages.md for the topics and rights that af needs there.",
                why);
    }

    @Override
    public synchronized void close() {
        Admin asked = admin;
        KafkaProducer<byte[], byte[]> produced = producer;
        admin = null;
        producer = null;
        if (asked != null) {
            asked.close(END);
        }
        if (produced != null) {
            produced.close(END);
        }
    }
}
