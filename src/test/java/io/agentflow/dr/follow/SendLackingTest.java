package io.agentflow.dr.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Unreachable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of backups that are sent when some of them cannot be. */
class SendLackingTest {
    private static final List<BackupId> THREE = List.of(
            new BackupId("20261123T035149Z-aaa3"),
            new BackupId("20261123T025149Z-aaa2"),
            new BackupId("20261123T015149Z-aaa1"));

    private final List<BackupId> arrived = new ArrayList<>();
    private final Deque<AfException> failures = new ArrayDeque<>();
    private int tries;

    private SendLacking.Sent send(int retries) {
        return new SendLacking(this::copy, new Persistence(retries, Duration.ZERO)).send(THREE, () -> {});
    }

    private void copy(BackupId id) {
        tries++;
        if (!failures.isEmpty()) {
            throw failures.remove();
        }
        arrived.add(id);
    }

    /** A failure that another try may mend. */
    private static final class Passing extends AfException {
        private static final long serialVersionUID = 1L;

        Passing() {
            super(ExitCode.UNREACHABLE, "too busy", "Wait.");
        }

        @Override
        public boolean retryable() {
            return true;
        }
    }

    @Test
    void oneThatCannotBeSentDoesNotStandInTheWayOfTheOthers() {
        failures.add(new Refused("another backup is there", "Look."));

        SendLacking.Sent sent = send(1);

        assertThat(arrived).containsExactly(THREE.get(1), THREE.get(2));
        assertThat(sent).isEqualTo(new SendLacking.Sent(2, 0, "another backup is there"));
    }

    @Test
    void whatMayPassIsTriedAgainSoOftenAsIsAllowed() {
        failures.addAll(List.of(new Passing(), new Passing()));

        assertThat(send(2).why()).isNull();
        assertThat(arrived).isEqualTo(THREE);
        assertThat(tries).isEqualTo(5);
    }

    @Test
    void aStoreThatIsAwayIsNotAskedForEachBackup() {
        failures.add(new Unreachable("it is away", "Wait."));

        assertThat(send(3).why()).isEqualTo("it is away");
        assertThat(tries).isEqualTo(1);
    }

    @Test
    void whatSomebodyElseIsSendingIsNoFailure() {
        failures.add(new Busy("somebody copies it", "Wait."));

        assertThat(send(0)).isEqualTo(new SendLacking.Sent(2, 1, null));
    }

    @Test
    void whoEndsItEndsAllOfIt() {
        failures.add(new Cancelled("ended", ""));

        assertThatThrownBy(() -> send(3)).isInstanceOf(Cancelled.class);
        assertThat(tries).isEqualTo(1);
    }
}
