package io.agentflow.dr.app;

import io.agentflow.dr.age.Identities;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.process.ToolFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The identities that the configuration names, read when something is to be decrypted and not before. */
final class GivenIdentities implements Supplier<Optional<Identities>> {
    /** Somebody may have to touch a key or type a password. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final AfConfig config;
    private final Programs programs;

    GivenIdentities(AfConfig config, Programs programs) {
        this.config = config;
        this.programs = programs;
    }

    @Override
    public Optional<Identities> get() {
        String file = config.text(ConfigKey.IDENTITY_FILE);
        String command = config.text(ConfigKey.IDENTITY_COMMAND);
        if (!file.isEmpty()) {
            return Optional.of(Identities.read(Path.of(file)));
        }
        return command.isEmpty() ? Optional.empty() : Optional.of(ofCommand(command));
    }

    /** Whatever it prints is secret: nothing of it is repeated. */
    private Identities ofCommand(String command) {
        ExternalProgram shell =
                new ExternalProgram(Path.of("sh"), List.of("-c", command), Map.of(), List.of(), PATIENCE);
        try {
            return Identities.parse(programs.output(shell), "what " + ConfigKey.IDENTITY_COMMAND.key() + " prints");
        } catch (ToolFailedException e) {
            throw failed("ended with exit code " + e.exitValue());
        } catch (IOException e) {
            throw failed("could not be read");
        }
    }

    /** Without the cause: its message ends with the last line on stderr, which may be the key. */
    private static UsageError failed(String how) {
        return new UsageError(ConfigKey.IDENTITY_COMMAND.key() + " " + how, "Run it by hand to see why.");
    }
}
