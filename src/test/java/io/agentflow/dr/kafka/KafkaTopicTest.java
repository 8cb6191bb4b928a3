package io.agentflow.dr.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaTopicTest {
    @ParameterizedTest
    @ValueSource(strings = {"af", "af.requests", "_schemas", "team_a-1.results", "..."})
    void aPlainTopic(String text) {
        assertThat(KafkaTopic.isPlain(text)).isTrue();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {".", "..", "__consumer_offsets", "__transaction_state", "a b", "a/b", "a*", "a\n", "ä"})
    void noPlainTopic(String text) {
        assertThat(KafkaTopic.isPlain(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {249, 250})
    void aTopicHasALength(int length) {
        assertThat(KafkaTopic.isPlain("a".repeat(length))).isEqualTo(length == 249);
    }
}
