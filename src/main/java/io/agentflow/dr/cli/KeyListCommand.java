package io.agentflow.dr.cli;

import io.agentflow.dr.age.Identities;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.sign.Signatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code af key list}. */
@Command(
        name = "list",
        description = "List the keys that are configured, by their public halves: of encryption and of signatures.")
final class KeyListCommand extends AfCommand {
    @Option(
            names = {"-i", "--identity"},
            paramLabel = "FILE",
            description = "File of identities of age.")
    @Nullable
    String identity;

    KeyListCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "KeyList";
    }

    @Override
    AfConfig meant(AfConfig config) {
        return config.with(ConfigKey.IDENTITY_FILE, identity);
    }

    /**
     * One key.
     *
     * @param key its public half, or what fingerprint that has
     * @param problem why it cannot be used; null if it can
     */
    private record Listed(
            String use,
            @Nullable String key,
            @Nullable String file,
            @Nullable String problem) {}

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        List<Listed> keys = new ArrayList<>();
        config.recipients().keys().forEach(key -> keys.add(new Listed("encrypts-to", key, null, null)));
        identities(config, keys);
        signing(config, keys);
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), sound(keys) ? "ok" : "failed")
                            .with(
                                    "keys",
                                    keys.stream().map(KeyListCommand::fields).toList())
                            .toString());
        } else {
            keys.forEach(this::print);
            if (keys.isEmpty()) {
                terminal().say("no keys are configured");
            }
        }
        // Whatever needs that key ends so, too.
        return sound(keys) ? ExitCode.OK : ExitCode.USAGE;
    }

    /** A command that prints identities is not run: it may ask for a password. */
    private static void identities(AfConfig config, List<Listed> keys) {
        String file = config.text(ConfigKey.IDENTITY_FILE);
        if (!file.isEmpty()) {
            of("decrypts", file, keys, () -> Identities.read(Path.of(file)).recipients());
        } else if (config.given(ConfigKey.IDENTITY_COMMAND)) {
            keys.add(new Listed("decrypts", null, ConfigKey.IDENTITY_COMMAND.key(), null));
        }
    }

    private static void signing(AfConfig config, List<Listed> keys) {
        Signatures signatures = config.signatures();
        if (config.given(ConfigKey.SIGN_KEY)) {
            of(
                    "signs",
                    config.text(ConfigKey.SIGN_KEY),
                    keys,
                    () -> signatures.key().stream()
                            .map(key -> key.publicKey().fingerprint().hex())
                            .toList());
        }
        for (String file : config.list(ConfigKey.SIGN_TRUSTED)) {
            of(
                    "trusted",
                    file,
                    keys,
                    () -> List.of(Signatures.trusted(Path.of(file))
                            .key()
                            .fingerprint()
                            .hex()));
        }
    }

    private static void of(String use, String file, List<Listed> keys, Supplier<List<String>> read) {
        try {
            read.get().forEach(key -> keys.add(new Listed(use, key, file, null)));
        } catch (AfException e) {
            keys.add(new Listed(use, null, file, e.fact()));
        }
    }

    private static boolean sound(List<Listed> keys) {
        return keys.stream().allMatch(key -> key.problem() == null);
    }

    private static Map<String, Object> fields(Listed key) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("use", key.use());
        fields.put("key", key.key());
        fields.put("file", key.file());
        fields.put("problem", key.problem());
        fields.values().removeIf(Objects::isNull);
        return fields;
    }

    private void print(Listed key) {
        String shown = key.problem() != null
                ? terminal().bad("✗ ") + key.problem()
                : Objects.requireNonNullElse(key.key(), "what " + key.file() + " prints: not run");
        terminal()
                .data(String.format("%-12s %s", key.use(), shown)
                        + (key.key() == null || key.file() == null ? "" : "   " + key.file()));
    }
}
