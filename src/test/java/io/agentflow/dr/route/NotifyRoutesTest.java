package io.agentflow.dr.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.testing.Project;
import io.agentflow.dr.testing.Webhook;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The real routes to recipients: how they fail is said without their addresses. */
class NotifyRoutesTest {
    private static final String EVENT = "{\"a\":1}";

    private final Webhook webhook = new Webhook();

    @AfterEach
    void end() {
        webhook.close();
    }

    private static NotifyRoutes routes(String uri) {
        return NotifyRoutes.start(RouteTexts.notifying(Project.file("routes"), null), Map.of("one", uri));
    }

    @Test
    void whatIsSentIsPosted() {
        try (NotifyRoutes routes = routes(webhook.uri("takes?token=a%20b"))) {
            routes.send("one", "application/json", EVENT);
        }

        assertThat(webhook.received()).hasSize(1);
        assertThat(webhook.received().get(0).contentType()).startsWith("application/json");
    }

    @Test
    void nothingButTheConfigurationSaysWhereTo() {
        System.setProperty("uri", webhook.uri("fails"));
        try (NotifyRoutes routes = routes(webhook.uri("takes"))) {
            routes.send("one", "application/json", EVENT);
        } finally {
            System.clearProperty("uri");
        }

        assertThat(webhook.received()).hasSize(1);
    }

    @Test
    void oneThatFailsIsAskedThreeTimesAndNamedByItsStatus() {
        try (NotifyRoutes routes = routes(webhook.uri("fails/T0KEN"))) {
            assertThatThrownBy(() -> routes.send("one", "application/json", EVENT))
                    .hasMessageContaining("status 500")
                    .hasMessageNotContaining("T0KEN")
                    .hasNoCause();
        }

        assertThat(webhook.failed()).isEqualTo(3);
    }

    @Test
    void oneThatNeverAnswersIsGivenUp() {
        try (NotifyRoutes routes = routes(webhook.uri("hangs/T0KEN?responseTimeout=200"))) {
            long start = System.nanoTime();

            assertThatThrownBy(() -> routes.send("one", "application/json", EVENT))
                    .hasMessageContaining("Timeout")
                    .hasMessageNotContaining("T0KEN");

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
        }
    }

    @Test
    void oneThatIsAwayKeepsNothingFromStarting() {
        assertThatCode(() -> routes("http://127.0.0.1:1/T0KEN").close()).doesNotThrowAnyException();
    }

    @Test
    void anAddressThatCannotBeUsedIsRefusedWithoutIt() {
        assertThatThrownBy(() -> routes("file:folder?noSuchOption=T0KEN"))
                .isInstanceOf(AfException.class)
                .hasMessageContaining("the recipient one cannot be used")
                .hasStackTraceContaining("recipient")
                .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain("T0KEN"));
    }
}
