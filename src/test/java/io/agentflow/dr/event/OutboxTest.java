package io.agentflow.dr.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A recipient that fails, hangs or is slow costs nobody else anything, and what it misses is counted. */
class OutboxTest {
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final List<String> failed = new CopyOnWriteArrayList<>();

    private static Notice notice(String what, Severity severity) {
        return new Notice(what, severity, what.startsWith("progress"), "text/plain", "");
    }

    @Test
    void whatMattersIsSentInItsOrder() throws InterruptedException {
        Outbox outbox =
                new Outbox("one", Severity.WARNING, 10, n -> sent.add(n.what()), (n, e) -> failed.add(n.what()));

        outbox.put(notice("a", Severity.ERROR));
        outbox.put(notice("b", Severity.INFO));
        outbox.put(notice("c", Severity.WARNING));
        outbox.flush(Duration.ofSeconds(10));

        assertThat(sent).containsExactly("a", "c");
        assertThat(outbox.dropped()).isZero();
    }

    @Test
    void aRecipientThatFailsIsSentTheNextOneAllTheSame() throws InterruptedException {
        Outbox outbox = new Outbox(
                "one",
                Severity.INFO,
                10,
                n -> {
                    if (n.what().equals("bad")) {
                        throw new IllegalStateException("no");
                    }
                    sent.add(n.what());
                },
                (n, e) -> failed.add(n.what() + " " + e.getMessage()));

        outbox.put(notice("bad", Severity.INFO));
        outbox.put(notice("good", Severity.INFO));
        outbox.flush(Duration.ofSeconds(10));

        assertThat(sent).containsExactly("good");
        assertThat(failed).containsExactly("bad no");
        assertThat(outbox.dropped()).isEqualTo(1);
    }

    @Test
    void aRecipientThatHangsFillsItsQueueAndNothingWaits() throws InterruptedException {
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        Outbox outbox = new Outbox(
                "one",
                Severity.INFO,
                3,
                n -> {
                    hanging.countDown();
                    awaitFreed(free);
                    sent.add(n.what());
                },
                (n, e) -> failed.add(n.what()));
        outbox.put(notice("first", Severity.INFO));
        hanging.await();
        for (String what : List.of("progress 1", "second", "progress 2", "progress 3", "third", "fourth", "fifth")) {
            outbox.put(notice(what, Severity.INFO));
        }
        // progress 3 finds no room; third and fourth take that of progress 1 and 2; fifth finds none.
        assertThat(outbox.dropped()).isEqualTo(4);

        outbox.flush(Duration.ofMillis(1));
        assertThat(outbox.dropped()).isEqualTo(4 + 3 + 1);
        free.countDown();
    }

    private static void awaitFreed(CountDownLatch free) {
        try {
            free.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
