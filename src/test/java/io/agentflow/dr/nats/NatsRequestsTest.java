package io.agentflow.dr.nats;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.Availability;
import io.agentflow.dr.route.RequestReply;
import io.agentflow.dr.testing.AcceptedBackup;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class NatsRequestsTest {
    private static NatsRequests requests() {
        NatsSettings settings = new NatsSettings(
                List.of("nats://127.0.0.1:1"),
                "AF_REQUESTS",
                "af.requests",
                "af",
                null,
                new NatsSettings.Access(null, null, null),
                new NatsSettings.Tls(null, null, null));
        return new NatsRequests(new NatsLink(settings, line -> {}), settings, 100);
    }

    private static RequestReply reply(String replyTo) {
        return AcceptedBackup.reply(new Arrival("nats", replyTo, "7"));
    }

    @Test
    void aResultThatNobodyWantsIsToldToNobody() {
        assertThatCode(() -> requests().reply(reply(null))).doesNotThrowAnyException();
    }

    @Test
    void withoutAConnectionAResultCountsAsNotTold() {
        assertThatThrownBy(() -> requests().reply(reply("mine.results")))
                .isInstanceOf(OperationFailed.class)
                .hasMessageContaining("mine.results")
                .hasMessageContaining("no connection");
    }

    @Test
    void anEndBeforeTheStartIsNone() {
        NatsTrigger trigger = new NatsTrigger(
                new NatsSettings(
                        List.of("nats://127.0.0.1:1"),
                        "A",
                        "a",
                        "af",
                        null,
                        new NatsSettings.Access(null, null, null),
                        new NatsSettings.Tls(null, null, null)),
                message -> {},
                100,
                new Availability("nats", line -> {}, Clock.systemUTC()),
                line -> {});
        assertThatCode(trigger::close).doesNotThrowAnyException();
    }
}
