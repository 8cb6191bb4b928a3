package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfiguredKey;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.request.OperationRequest;
import io.agentflow.dr.request.RequestJson;
import io.agentflow.dr.request.RequestSignature;
import io.agentflow.dr.request.SignRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af request sign}. */
@Command(name = "sign", description = "Print a signed request for an operation, to be sent as a message.")
final class RequestSignCommand extends AfCommand {
    @Parameters(index = "0", paramLabel = "OPERATION", description = "backup, verify or restore.")
    String operation = "";

    @Parameters(index = "1", paramLabel = "DATABASE", description = "The database, as af.database.<name> calls it.")
    String database = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "BACKUP",
            description = "Which backup is verified or restored: an id, a part of it, or latest (the default).")
    @Nullable
    String selector;

    @Option(
            names = "--key-id",
            required = true,
            paramLabel = "KEY",
            description = "The key, as af.request.key.<id> calls it.")
    String keyId = "";

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "The shared secret (default: af.request.key.<id>.secret-file).")
    @Nullable
    Path secretFile;

    @Option(names = "--private-key-file", paramLabel = "FILE", description = "A private key of Ed25519, in PEM.")
    @Nullable
    Path privateKeyFile;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "What is restored: full (the default), schema or critical.")
    @Nullable
    String type;

    @Option(
            names = "--target",
            paramLabel = "DATABASE",
            description = "Restore there, as af.database.<name> calls it (default: where the backup came from).")
    @Nullable
    String target;

    @Option(names = "--id", paramLabel = "ID", description = "The id of the request (default: a random one).")
    @Nullable
    String id;

    @Option(names = "--requested-by", paramLabel = "WHO", description = "Who asks (default: this user).")
    @Nullable
    String requestedBy;

    @Option(names = "--expires-in", paramLabel = "TIME", description = "How long it is valid (default: 15m).")
    String expiresIn = "15m";

    RequestSignCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RequestSign";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        OperationRequest signed;
        try {
            signed = new SignRequest(signature(config)).sign(fields());
        } catch (IllegalArgumentException e) {
            throw new UsageError("this makes no request: " + e.getMessage(), "See: af request sign --help", e);
        }
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("request", signed.fields())
                            .toString());
        } else {
            terminal().data(new String(RequestJson.canonical(signed.fields()), StandardCharsets.UTF_8));
        }
        return ExitCode.OK;
    }

    private Map<String, String> fields() {
        Instant now = session().clock().instant().truncatedTo(ChronoUnit.SECONDS);
        Map<String, String> fields = new TreeMap<>();
        fields.put(
                "id", Objects.requireNonNullElseGet(id, () -> UUID.randomUUID().toString()));
        fields.put("operation", operation);
        fields.put("database", database);
        put(fields, "selector", selector);
        put(fields, "restoreType", type);
        put(fields, "target", target);
        fields.put("requestedBy", requestedBy == null ? System.getProperty("user.name", "unknown") : requestedBy);
        fields.put("issuedAt", now.toString());
        fields.put("expiresAt", now.plus(validity()).toString());
        fields.put("keyId", keyId);
        return fields;
    }

    private static void put(Map<String, String> fields, String name, @Nullable String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private Duration validity() {
        try {
            return Duration.parse("PT" + expiresIn.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException e) {
            throw new UsageError("--expires-in is '" + expiresIn + "'", "Use a time such as 90s, 10m or 2h.", e);
        }
    }

    private RequestSignature signature(AfConfig config) {
        if (privateKeyFile != null) {
            return RequestSignature.madeBy(text(privateKeyFile));
        }
        Path file = secretFile;
        if (file == null) {
            file = config.requestKeys().stream()
                    .filter(key -> key.id().equals(keyId))
                    .map(ConfiguredKey::secretFile)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow(() -> new UsageError(
                            "there is nothing to sign with",
                            "Name --secret-file or --private-key-file, or configure af.request.key." + keyId
                                    + ".secret-file."));
        }
        return RequestSignature.shared(text(file));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UsageError("the key " + file + " cannot be read", "Check the path and its rights.", e);
        }
    }
}
