package io.agentflow.dr.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OperationTest {
    private final List<OperationEvent> events = new ArrayList<>();
    private final Operation operation = new Operation(
            OperationId.startedAt(Instant.EPOCH, "backup", new Random(1)),
            Instant.EPOCH,
            "a backup",
            List.of("af"),
            events::add);
    private final List<String> closed = new ArrayList<>();

    @Test
    void givesBackTheNewestFirst() {
        operation.hold(() -> closed.add("lock"));
        operation.hold(() -> closed.add("snapshot"));

        operation.close();

        assertThat(closed).containsExactly("snapshot", "lock");
    }

    @Test
    void oneThatFailsDoesNotKeepTheOthers() {
        operation.hold(() -> closed.add("lock"));
        operation.hold(() -> {
            throw new IllegalStateException("stuck");
        });

        operation.close();

        assertThat(closed).containsExactly("lock");
        assertThat(events).containsExactly(new OperationEvent.Warned("not cleaned up: stuck"));
    }

    @Test
    void aBranchThatComesLateLeavesNothingBehind() {
        operation.close();

        assertThatThrownBy(() -> operation.hold(() -> closed.add("late"))).isInstanceOf(Cancelled.class);
        assertThat(closed).containsExactly("late");
    }

    @Test
    void anotherAttemptMayHoldAgainButNotAfterACancel() {
        operation.close();
        operation.beginAttempt();
        operation.hold(() -> closed.add("second"));
        operation.cancel();
        operation.beginAttempt();

        assertThat(closed).containsExactly("second");
        assertThatThrownBy(() -> operation.hold(() -> closed.add("late"))).isInstanceOf(Cancelled.class);
    }

    @Test
    void waitsForThoseWhoStillWorkOnFiles() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        CompletableFuture<String> work = CompletableFuture.supplyAsync(() -> operation.working(() -> {
            begun.countDown();
            try {
                finish.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            closed.add("worked");
            return "done";
        }));
        begun.await();
        CompletableFuture<Boolean> waited = CompletableFuture.supplyAsync(() -> {
            try {
                operation.awaitIdle();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return closed.contains("worked");
        });
        finish.countDown();

        assertThat(work.get()).isEqualTo("done");
        assertThat(waited.get()).isTrue();
    }

    @Test
    void remembersTheStepThatFailedFirst() {
        operation.failedAt(new Operation.FailedStep("route", "first", "exec:pg_dump"));
        operation.failedAt(new Operation.FailedStep("route", "second", "direct:x"));

        assertThat(operation.failedStep().step()).isEqualTo("first");
    }

    @Test
    void whatMayHaveHappenedIsNotTriedAgain() {
        operation.undecided("whether app is restored", "Ask the server.");
        ConnectionLost lost = new ConnectionLost("the connection broke off", "Run it again.");

        assertThatThrownBy(operation::beginAttempt)
                .isInstanceOf(OperationFailed.class)
                .hasMessage("it is not known whether app is restored");
        assertThat(operation.undecidedFailure(lost)).hasNoCause().hasSuppressedException(lost);

        operation.committed("app is restored");
        assertThatThrownBy(operation::beginAttempt).hasMessageContaining("it is done already: app is restored");
    }
}
