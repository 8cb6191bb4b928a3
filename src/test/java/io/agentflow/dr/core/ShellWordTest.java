package io.agentflow.dr.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordTest {
    @Test
    void aShellReadsWhatWasMeant() throws Exception {
        List<String> words = List.of(
                "plain-1.0",
                "two words",
                "dbname='app' host='/tmp'",
                "it's $HOME",
                "it's a \"quote\"",
                "it's `date`!",
                "it's C:\\dir",
                "\"x,y\".\"a.b\"",
                "");

        Process shell =
                new ProcessBuilder("bash", "-c", ShellWord.af(words).replaceFirst("^af", "printf '%s\\\\n'")).start();

        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(String.join("\n", words) + "\n");
    }

    @Test
    void aConnectionStringStaysReadable() {
        assertThat(ShellWord.of("dbname='app' host='/tmp'")).isEqualTo("\"dbname='app' host='/tmp'\"");
    }
}
