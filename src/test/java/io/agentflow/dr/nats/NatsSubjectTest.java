package io.agentflow.dr.nats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class NatsSubjectTest {
    @ParameterizedTest
    @ValueSource(strings = {"af", "af.requests", "_INBOX.Xy0-9.1"})
    void aPlainSubject(String text) {
        assertThat(NatsSubject.isPlain(text)).isTrue();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "*",
                ">",
                "af.*",
                "af.>",
                "a*",
                "$JS.API.STREAM.DELETE.X",
                "$SYS.REQ.SERVER.PING",
                "a.$JS",
                ".",
                "a.",
                ".a",
                "a..b",
                "a b",
                "a\r\nPUB b 0",
                "a\n",
                "ä"
            })
    void noPlainSubject(String text) {
        assertThat(NatsSubject.isPlain(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {255, 256})
    void aSubjectHasALength(int length) {
        assertThat(NatsSubject.isPlain("a".repeat(length))).isEqualTo(length == 255);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b", "a b", "a*", ">", "a/b", "a\n"})
    void noName(String text) {
        assertThat(NatsSubject.isName(text)).isFalse();
        assertThat(NatsSubject.isName("AF_REQUESTS-1")).isTrue();
    }
}
