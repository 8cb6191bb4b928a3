package io.agentflow.dr.app;

import io.agentflow.dr.core.Requester;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who started this process, as far as the operating system and the environment tell. */
final class Caller {
    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");
    private static final Path STDIN = Path.of("/proc/self/fd/0");

    private Caller() {}

    static Requester of(Map<String, String> environment) {
        return new Requester(System.getProperty("user.name", ""), host(), from(environment), null);
    }

    private static String host() {
        try {
            return Files.readString(HOST).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static String from(Map<String, String> environment) {
        List<String> from = new ArrayList<>();
        String terminal = terminal();
        if (!terminal.isEmpty()) {
            from.add(terminal);
        }
        String client = environment.getOrDefault("SSH_CONNECTION", "").split(" ", 2)[0];
        if (!client.isEmpty()) {
            from.add("ssh " + client);
        }
        String before = environment.getOrDefault("SUDO_USER", "");
        if (!before.isEmpty()) {
            from.add("sudo by " + before);
        }
        return String.join(", ", from);
    }

    private static String terminal() {
        try {
            String stdin = Files.readSymbolicLink(STDIN).toString();
            return stdin.matches("/dev/(tty|pts/).*") ? stdin : "";
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
