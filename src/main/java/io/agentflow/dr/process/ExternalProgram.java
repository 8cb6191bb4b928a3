package io.agentflow.dr.process;

import io.agentflow.dr.core.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One external program to run: no shell, no secret among the arguments.
 *
 * @param environment what is added to the inherited environment; secrets go here
 * @param secrets what must never be shown when the program repeats it on stderr
 * @param silence how long it may show no sign of life before it is ended
 * @param yielding whether it leaves the processors to those that take longer
 */
public record ExternalProgram(
        Path executable,
        List<String> arguments,
        Map<String, String> environment,
        List<Secret> secrets,
        Duration silence,
        boolean yielding) {

    public ExternalProgram {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        secrets = List.copyOf(secrets);
    }

    /** A program that takes the processors like any other. */
    public ExternalProgram(
            Path executable,
            List<String> arguments,
            Map<String, String> environment,
            List<Secret> secrets,
            Duration silence) {
        this(executable, arguments, environment, secrets, silence, false);
    }

    /** The name that people know it by, such as {@code pg_dump}. */
    public String name() {
        return String.valueOf(executable.getFileName());
    }

    String redact(String line) {
        String shown = line;
        for (Secret secret : secrets) {
            shown = secret.redact(shown);
        }
        return shown;
    }

    @Override
    public String toString() {
        return executable + " " + arguments;
    }
}
