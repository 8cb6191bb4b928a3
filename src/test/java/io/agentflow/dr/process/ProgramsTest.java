package io.agentflow.dr.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {
    private final Programs programs = new Programs();
    private final Queue<String> said = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        programs.close();
    }

    private RunningProgram shell(String script, Duration silence, String... secrets) {
        return programs.start(
                new ExternalProgram(
                        Path.of("/bin/sh"),
                        List.of("-c", script),
                        Map.of("TOOL_SECRET", "s3cret"),
                        List.of(secrets).stream().map(Secret::new).toList(),
                        silence),
                (program, line) -> said.add(line));
    }

    private RunningProgram shell(String script) {
        return shell(script, Duration.ofMinutes(1), "s3cret");
    }

    private static String text(RunningProgram program) throws IOException {
        try (InputStream stdout = program.stdout()) {
            return new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aYieldingProgramRunsAtALowerPriority() throws IOException {
        ExternalProgram nice = new ExternalProgram(
                Path.of("/usr/bin/nice"), List.of(), Map.of(), List.of(), Duration.ofMinutes(1), true);
        int own = Integer.parseInt(programs.output(new ExternalProgram(
                        Path.of("/usr/bin/nice"), List.of(), Map.of(), List.of(), Duration.ofMinutes(1)))
                .strip());

        assertThat(programs.output(nice).strip()).isEqualTo(String.valueOf(Math.min(19, own + 10)));
    }

    @Test
    void theReaderOfABrokenDumpFailsAtItsEnd() {
        RunningProgram broken = shell("echo half; echo 'error: out of luck' >&2; exit 3");

        assertThatThrownBy(() -> text(broken)).isInstanceOfSatisfying(ToolFailedException.class, e -> {
            assertThat(e.exitValue()).isEqualTo(3);
            assertThat(e.lastLines()).containsExactly("error: out of luck");
        });
    }

    @Test
    void secretsAreMaskedInWhatItSays() throws IOException {
        assertThat(text(shell("echo \"password is $TOOL_SECRET\" >&2; echo ok")))
                .isEqualTo("ok\n");

        Awaitility.await().untilAsserted(() -> assertThat(said).containsExactly("password is ****"));
    }

    @Test
    void closingEndsTheWholeTree() throws IOException {
        RunningProgram parent = shell("sleep 300 & echo $!; wait");
        byte[] line = new byte[20];
        int length = parent.stdout().read(line);
        long grandchild = Long.parseLong(new String(line, 0, length, StandardCharsets.UTF_8).strip());

        parent.close();

        assertThat(parent.running()).isFalse();
        Awaitility.await()
                .until(() -> ProcessHandle.of(grandchild)
                        .filter(ProcessHandle::isAlive)
                        .isEmpty());
    }

    @Test
    void oneThatIgnoresTheRequestIsKilled() throws IOException {
        RunningProgram stubborn = shell("trap '' TERM; echo ready; while :; do sleep 1; done");
        assertThat(stubborn.stdout().read()).isEqualTo('r');

        stubborn.close();

        assertThat(stubborn.running()).isFalse();
    }

    @Test
    void oneThatSaysNothingForTooLongIsEnded() {
        RunningProgram silent = shell("exec sleep 300", Duration.ofSeconds(1));

        assertThatThrownBy(() -> text(silent)).hasMessageContaining("said nothing for 1 s");
    }

    @Test
    void oneThatSaysNothingWhileItWritesFilesIsLeftToGoOn(@TempDir Path folder) throws IOException {
        RunningProgram writing = shell(
                "for i in 1 2 3 4 5 6 7 8; do echo $i >> '" + folder.resolve("file") + "'; sleep 0.4; done; echo ok",
                Duration.ofSeconds(1));

        assertThat(text(writing)).isEqualTo("ok\n");
    }

    @Test
    void closingAllLeavesNoneRunning() {
        RunningProgram one = shell("exec sleep 300");
        RunningProgram other = shell("exec sleep 300");

        programs.close();

        assertThat(one.running()).isFalse();
        assertThat(other.running()).isFalse();
    }

    @Test
    void oneThatCannotBeStartedIsNamed() {
        ExternalProgram missing = new ExternalProgram(
                Path.of("/nonexistent/pg_dump"), List.of(), Map.of(), List.of(), Duration.ofMinutes(1));

        assertThatThrownBy(() -> {
                    try (RunningProgram started = programs.start(missing, (program, line) -> said.add(line))) {
                        started.await();
                    }
                })
                .satisfiesAnyOf(
                        e -> assertThat(e).isInstanceOf(OperationFailed.class),
                        e -> assertThat(e).isInstanceOf(ToolFailedException.class))
                .hasMessageContaining("pg_dump");
    }
}
