package io.agentflow.dr.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.request.Availability;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;

/** What becomes of offsets, with the consumer that Kafka comes with for tests. */
class MembershipTest {
    private static final KafkaSettings SETTINGS =
            new KafkaSettings(List.of("127.0.0.1:1"), "requests", "af", null, null);
    private static final TopicPartition FIRST = new TopicPartition("requests", 0);
    private static final TopicPartition SECOND = new TopicPartition("requests", 1);

    private final MockConsumer<byte[], byte[]> kafka = new Woken();
    private final List<String> said = new ArrayList<>();
    private final Availability availability = new Availability("kafka", said::add, Clock.systemUTC());
    private final List<String> taken = new ArrayList<>();
    private int polls;

    /** As the real one, it throws at the next call that waits, once. */
    private static final class Woken extends MockConsumer<byte[], byte[]> {
        private boolean woken;

        Woken() {
            super("earliest");
        }

        @Override
        public synchronized void wakeup() {
            woken = true;
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
            if (woken) {
                woken = false;
                throw new WakeupException();
            }
            super.commitSync(offsets, timeout);
        }
    }

    private void serve(Consumer<Object> desk, int rounds) {
        Membership membership = new Membership(kafka, SETTINGS, desk, said::add, availability);
        membership.requireTopic();
        membership.serve(() -> polls++ >= rounds);
    }

    /** Two partitions, of which the first round gets two requests each. */
    private void fill() {
        kafka.updatePartitions("requests", List.of(partition(0), partition(1)));
        kafka.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
        kafka.updateEndOffsets(Map.of(FIRST, 2L, SECOND, 2L));
        kafka.schedulePollTask(() -> {
            kafka.rebalance(Set.of(FIRST, SECOND));
            for (int offset = 0; offset < 2; offset++) {
                kafka.addRecord(new ConsumerRecord<>("requests", 0, offset, null, new byte[1]));
                kafka.addRecord(new ConsumerRecord<>("requests", 1, offset, null, new byte[1]));
            }
        });
        kafka.setMaxPollRecords(1);
    }

    private static PartitionInfo partition(int number) {
        Node node = new Node(1, "127.0.0.1", 1);
        return new PartitionInfo("requests", number, node, new Node[] {node}, new Node[] {node});
    }

    private void take(Object request) {
        ConsumerRecord<?, ?> record = (ConsumerRecord<?, ?>) request;
        taken.add(record.partition() + "@" + record.offset());
    }

    private long committed(TopicPartition partition) {
        var place = kafka.committed(Set.of(partition)).get(partition);
        return place == null ? 0 : place.offset();
    }

    @Test
    void whatIsTakenIsCommittedAtOnce() {
        fill();
        serve(this::take, 5);

        assertThat(taken).containsExactlyInAnyOrder("0@0", "0@1", "1@0", "1@1");
        assertThat(committed(FIRST)).isEqualTo(2);
        assertThat(committed(SECOND)).isEqualTo(2);
        assertThat(said).contains("kafka: requests come from requests at 127.0.0.1:1");
    }

    @Test
    void whatCannotBeKeptHoldsItsPartitionBackAndNoOther() {
        fill();
        serve(
                request -> {
                    if (((ConsumerRecord<?, ?>) request).partition() == 0) {
                        throw new OperationFailed("the disk is full", "Wait.");
                    }
                    take(request);
                },
                6);

        assertThat(taken).containsExactly("1@0", "1@1");
        assertThat(committed(FIRST)).isZero();
        assertThat(kafka.position(FIRST)).isZero();
        assertThat(kafka.paused()).containsExactly(FIRST);
        assertThat(committed(SECOND)).isEqualTo(2);
        assertThat(said).containsOnlyOnce("kafka: a request comes again: the disk is full");
    }

    @Test
    void anEndInMidRequestLeavesItCommitted() {
        fill();
        serve(
                request -> {
                    take(request);
                    polls = 100;
                    kafka.wakeup();
                },
                10);

        assertThat(taken).hasSize(1);
        assertThat(committed(FIRST) + committed(SECOND)).isEqualTo(1);
    }

    @Test
    void aTopicThatIsNotThereIsSaid() {
        kafka.updatePartitions("requests", List.of());

        assertThatThrownBy(() -> serve(this::take, 1))
                .isInstanceOf(OperationFailed.class)
                .hasMessage("there is no topic requests");
    }
}
