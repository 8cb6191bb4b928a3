package io.agentflow.dr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.core.OperationEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LiveProgressTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream both = new PrintStream(screen, true, StandardCharsets.UTF_8);
    private final Terminal terminal = new Terminal(both, both, true, true, false);

    @Test
    void erasesNothingOnceTheOutcomeIsPrinted() {
        try (LiveProgress progress = new LiveProgress(terminal, false)) {
            progress.accept(new OperationEvent.PartDone("schema", "3.9 kB"));
            progress.accept(new OperationEvent.PartDone("data", "11.2 MB"));
            terminal.data("the outcome");
            terminal.flush();
        }

        assertThat(shown()).endsWith("the outcome\n");
    }

    @Test
    void showsTheLastPieceOfProgressHoweverSoonItComes() {
        try (LiveProgress progress = new LiveProgress(terminal, false)) {
            progress.accept(new OperationEvent.Progress("verify", 0.5, "5 MB"));
            progress.accept(new OperationEvent.Progress("verify", 1, "10 MB"));
        }

        assertThat(shown()).contains("done   10 MB");
    }

    private String shown() {
        return screen.toString(StandardCharsets.UTF_8);
    }
}
