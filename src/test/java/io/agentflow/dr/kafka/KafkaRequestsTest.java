package io.agentflow.dr.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.Availability;
import io.agentflow.dr.route.ReceivedMessage;
import io.agentflow.dr.route.RequestReply;
import io.agentflow.dr.testing.AcceptedBackup;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaRequestsTest {
    private static final KafkaSettings NOBODY =
            new KafkaSettings(List.of("127.0.0.1:1"), "af.requests", "af", null, null);

    private static KafkaRequests requests() {
        return new KafkaRequests(new KafkaResults(new KafkaClients(NOBODY, 100)), NOBODY);
    }

    private static ConsumerRecord<byte[], byte[]> message(byte[] first, int size, RecordHeaders headers) {
        return new ConsumerRecord<>(
                "af.requests", 2, 17, 0, TimestampType.CREATE_TIME, -1, size, null, first, headers, Optional.empty());
    }

    private static RecordHeaders replyTo(byte[] topic) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("Af-Reply-To", bytes("other"));
        headers.add("CamelFileName", bytes("struck"));
        headers.add("af-reply-to", topic);
        return headers;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void ofARecordTheFirstBytesItsSizeAndItsPlaceAreRead() {
        ReceivedMessage read = requests().read(message(bytes("{}"), 10_000_000, replyTo(bytes("mine.results"))));

        assertThat(read.body()).isEqualTo(bytes("{}"));
        assertThat(read.size()).isEqualTo(10_000_000);
        assertThat(read.arrival()).isEqualTo(new Arrival("kafka", "mine.results", "af.requests-2@17"));
    }

    @Test
    void aTombstoneIsAnEmptyMessage() {
        ReceivedMessage read = requests().read(message(null, -1, new RecordHeaders()));

        assertThat(read.body()).isEmpty();
        assertThat(read.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "af.requests", "__consumer_offsets", "a b", ".."})
    void whatIsNoPlainTopicOfAnotherPurposeIsNotAnswered(String named) {
        assertThat(requests()
                        .read(message(null, -1, replyTo(bytes(named))))
                        .arrival()
                        .replyTo())
                .isNull();
    }

    @Test
    void aHeaderWithoutAValueOrOfMegabytesNamesNoTopic() {
        assertThat(requests().read(message(null, -1, replyTo(null))).arrival().replyTo())
                .isNull();
        assertThat(requests()
                        .read(message(null, -1, replyTo(new byte[1_000_000])))
                        .arrival()
                        .replyTo())
                .isNull();
    }

    @Test
    void moreThanARequestMayHaveIsNotCopied() {
        FirstBytes three = new FirstBytes(3);

        assertThat(three.deserialize("t", null, ByteBuffer.wrap(bytes("abcdef"), 1, 5)))
                .isEqualTo(bytes("bcd"));
        assertThat(three.deserialize("t", null, ByteBuffer.wrap(bytes("a")))).isEqualTo(bytes("a"));
        assertThat(three.deserialize("t", null, (ByteBuffer) null)).isNull();
        assertThat(three.deserialize("t", bytes("abcdef"))).isEqualTo(bytes("abc"));
        assertThat(three.deserialize("t", (byte[]) null)).isNull();
    }

    private static RequestReply reply(String replyTo) {
        return AcceptedBackup.reply(new Arrival("kafka", replyTo, "af.requests-0@7"));
    }

    @Test
    void aResultThatNobodyWantsIsToldToNobody() {
        assertThatCode(() -> requests().reply(reply(null))).doesNotThrowAnyException();
    }

    @Test
    void withoutABrokerAResultCountsAsNotTold() {
        assertThatThrownBy(() -> requests().reply(reply("mine.results")))
                .isInstanceOf(OperationFailed.class)
                .hasMessage("the result cannot be sent to the topic mine.results by Kafka: no broker answers");
    }

    @Test
    void anEndBeforeTheStartIsNone() {
        KafkaTrigger trigger = new KafkaTrigger(
                NOBODY, message -> {}, 100, new Availability("kafka", line -> {}, Clock.systemUTC()), line -> {});
        assertThatCode(trigger::close).doesNotThrowAnyException();
    }

    @Test
    void aFailureIsToldWithItsRootAndWithoutAPieceOfAPassword() {
        KafkaException failure = new KafkaException(
                "Failed to construct kafka consumer",
                new IllegalArgumentException("Value not specified for key 'hush' in JAAS config"));

        assertThat(KafkaFailures.line(failure))
                .isEqualTo("Failed to construct kafka consumer: Value not specified for key '****' in JAAS config");
    }
}
