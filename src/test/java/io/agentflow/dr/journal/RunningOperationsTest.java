package io.agentflow.dr.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.testing.AfProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningOperationsTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Requester OPS = new Requester("ops", "db1", "terminal", null);

    @TempDir
    Path state;

    /** Another process, which does what every start of af does first. */
    static final class Sweep {
        private Sweep() {}

        public static void main(String[] arguments) throws IOException {
            new RunningOperations(Path.of(arguments[0]), CLOCK).sweep(killed -> {});
        }
    }

    private static OperationId id(int seed) {
        return OperationId.startedAt(Instant.parse("2026-11-26T17:00:00Z"), "backup", new Random(seed));
    }

    private void sweepOfAnotherProcess() {
        AfProcess.output(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Sweep.class.getName(),
                        state.toString()),
                Map.of());
    }

    private List<String> phases() throws IOException {
        List<String> phases = new ArrayList<>();
        new Journal(state.resolve("journal"))
                .read(record -> phases.add(record.path("phase").asText()));
        return phases;
    }

    @Test
    void whatRunsBesideOthersInOneProcessIsNotTakenForDeadByAnotherOne() throws IOException {
        RunningOperations service = new RunningOperations(state, CLOCK);
        RunningOperations.Begun one = service.begin(id(1), "backup", OPS, "one");
        RunningOperations.Begun two = service.begin(id(2), "backup", OPS, "two");

        sweepOfAnotherProcess();

        one.done(ExitCode.OK, "made");
        two.done(ExitCode.OK, "made");
        assertThat(phases()).containsExactly("started", "started", "done", "done");
    }
}
