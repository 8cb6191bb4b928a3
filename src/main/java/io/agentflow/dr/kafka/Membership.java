package io.agentflow.dr.kafka;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.request.Availability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Our part of the topic from the joining of the group to the first failure, after which it is joined anew. A request is
 * read once it is due, and its offset committed when it is on the disk or refused.
 */
final class Membership {
    private static final Duration POLL = Duration.ofSeconds(1);
    /** Longer than a client needs to find another broker, and much shorter than what the group waits for a poll. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final Consumer<byte[], byte[]> kafka;
    private final KafkaSettings settings;
    private final java.util.function.Consumer<Object> desk;
    private final java.util.function.Consumer<String> say;
    private final Availability availability;
    /** Partitions whose next request could not be kept, and when it is tried again. */
    private final Map<TopicPartition, Long> held = new HashMap<>();

    private Set<TopicPartition> ours = Set.of();
    private long looked = System.nanoTime();

    /**
     * @param desk takes a record; throws if it must not be acknowledged
     * @param say is told what happens
     * @param availability is told whether requests can come
     */
    Membership(
            Consumer<byte[], byte[]> kafka,
            KafkaSettings settings,
            java.util.function.Consumer<Object> desk,
            java.util.function.Consumer<String> say,
            Availability availability) {
        this.kafka = kafka;
        this.settings = settings;
        this.desk = desk;
        this.say = say;
        this.availability = availability;
    }

    /**
     * A consumer waits for a topic without a word.
     *
     * @throws OperationFailed if it is not there
     */
    void requireTopic() {
        if (kafka.partitionsFor(settings.topic(), ANSWER).isEmpty()) {
            throw new OperationFailed("there is no topic " + settings.topic(), "Create it.");
        }
    }

    /**
     * Takes requests until the end has come. Whatever fails is thrown: what is not committed is read again.
     *
     * @throws WakeupException if the consumer is woken up while it waits
     */
    void serve(BooleanSupplier ended) {
        kafka.subscribe(List.of(settings.topic()));
        while (!ended.getAsBoolean()) {
            goOn();
            for (ConsumerRecord<byte[], byte[]> request : kafka.poll(POLL)) {
                take(request);
            }
            look();
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> request) {
        TopicPartition partition = new TopicPartition(request.topic(), request.partition());
        try {
            desk.accept(request);
        } catch (RuntimeException e) {
            // Also after a bug, here or in a route: it stays until it can be kept.
            say.accept("kafka: a request comes again: " + AfException.line(e));
            holdBack(partition, request.offset());
            return;
        }
        commit(partition, request.offset() + 1);
    }

    /** What is committed is a place and not a record: nothing behind this one may be read before it. */
    private void holdBack(TopicPartition partition, long offset) {
        kafka.seek(partition, offset);
        kafka.pause(List.of(partition));
        held.put(partition, System.nanoTime() + AGAIN.toNanos());
    }

    /** One that another member has got meanwhile is no longer ours. */
    private void goOn() {
        List<TopicPartition> due = new ArrayList<>();
        held.forEach((partition, at) -> {
            if (System.nanoTime() - at >= 0) {
                due.add(partition);
            }
        });
        due.forEach(held::remove);
        due.retainAll(kafka.assignment());
        kafka.resume(due);
    }

    private void commit(TopicPartition partition, long next) {
        Map<TopicPartition, OffsetAndMetadata> place = Map.of(partition, new OffsetAndMetadata(next));
        try {
            kafka.commitSync(place, ANSWER);
        } catch (WakeupException e) {
            // The end has come meanwhile, which is said once; the request is on the disk.
            kafka.commitSync(place, ANSWER);
        }
    }

    /** A consumer that waits for a broker says nothing of it: now and then it is asked for something. */
    private void look() {
        Set<TopicPartition> now = Set.copyOf(kafka.assignment());
        if (now.equals(ours) && System.nanoTime() - looked < LOOK.toNanos()) {
            return;
        }
        ours = now;
        if (!answers(now.isEmpty() ? Set.of(new TopicPartition(settings.topic(), 0)) : now)) {
            availability.down("no broker answers");
        } else if (now.isEmpty()) {
            // Another member of the group takes them.
            availability.up("no requests come yet: the group " + settings.group() + " has no partition for us");
        } else {
            availability.up("requests come from " + settings.topic() + " at " + settings.bootstrap());
        }
        looked = System.nanoTime();
    }

    private boolean answers(Set<TopicPartition> partitions) {
        try {
            return !kafka.endOffsets(partitions, ANSWER).isEmpty();
        } catch (TimeoutException e) {
            return false;
        }
    }
}
