package io.agentflow.dr.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Causes;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.process.ToolFailedException;
import io.agentflow.dr.store.DirectoryPermissions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.util.URISupport;
import org.jspecify.annotations.Nullable;

/** Writes one report for each operation that failed: where, why, and how to run it again. */
public final class DeadLetters {
    private final Path folder;
    private final Clock clock;
    private final Redaction redaction;
    private final Consumer<byte[]> besides;

    /** What a tool says itself. Between such lines it quotes statements, and with them what is written in them. */
    private static final Pattern OWN = Pattern.compile("(pg_\\w+|psql): .*|HINT: .*");

    /** In these the server quotes rows. */
    private static final Pattern ROWS = Pattern.compile("(?i)\\b(detail|context|failing row contains)\\b");

    /** @param besides is handed each report too; must neither wait nor throw */
    public DeadLetters(Path folder, Clock clock, Redaction redaction, Consumer<byte[]> besides) {
        this.folder = folder;
        this.clock = clock;
        this.redaction = redaction;
        this.besides = besides;
    }

    /** Reports the failure that the exchange caught. Never fails itself: the first failure is the one that counts. */
    public void report(Exchange exchange) {
        Operation operation = exchange.getProperty(StepEvents.OPERATION, Operation.class);
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (operation != null && failure != null && !operation.cancelled()) {
            report(operation, failure);
        }
    }

    /** Reports what failed outside of every route. Never fails itself. */
    public void report(Operation operation, Throwable failure) {
        Path file = folder.resolve(operation.id() + ".json");
        byte[] report = written(operation, failure);
        besides.accept(report);
        try {
            // What a tool says may quote what it worked on: as private as a backup.
            DirectoryPermissions.OWNER.createDirectories(folder);
            DurableFile.write(file, report);
            DirectoryPermissions.OWNER.apply(file);
            operation.events().accept(new OperationEvent.Reported(file.toString()));
        } catch (IOException e) {
            operation
                    .events()
                    .accept(new OperationEvent.Warned(
                            "the dead-letter report could not be written: " + e.getMessage()));
        }
    }

    private byte[] written(Operation operation, Throwable failure) {
        try {
            return new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsBytes(redacted(document(operation, failure)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a document of maps can always be written", e);
        }
    }

    private Map<String, Object> redacted(Map<String, Object> document) {
        document.replaceAll((field, value) -> value instanceof String text
                ? redaction.of(text)
                : value instanceof List<?> list
                        ? list.stream().map(String::valueOf).map(redaction::of).toList()
                        : value);
        return document;
    }

    private Map<String, Object> document(Operation operation, Throwable failure) {
        AfException known = AfException.in(failure);
        Operation.FailedStep step = operation.failedStep();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "af/v1");
        document.put("kind", "DeadLetter");
        document.put("operation", operation.id().text());
        document.put("startedAt", operation.startedAt().toString());
        document.put("failedAt", clock.instant().toString());
        document.put("route", step == null ? "" : step.route());
        document.put("step", step == null ? "" : step.step());
        document.put("endpoint", step == null ? "" : URISupport.sanitizeUri(step.endpoint()));
        document.put("message", known == null ? String.valueOf(failure) : known.fact());
        document.put("hint", hint(operation, known));
        document.put("exitCode", exitCode(operation, known).number());
        document.put("cause", causes(failure));
        document.put("toolSaid", toolSaid(failure));
        document.put("request", operation.request());
        // What is done must not be done again.
        List<String> replay = operation.committed() == null ? operation.replay() : List.of();
        document.put("replay", replay.isEmpty() ? "" : ShellWord.af(replay));
        document.put("arguments", replay);
        return document;
    }

    private static String hint(Operation operation, @Nullable AfException known) {
        if (operation.committed() != null) {
            return "It is done, and only this step after it failed: " + operation.committed();
        }
        return known == null
                ? "If this is no step of a route of your own, it is a bug: please report it with the stack."
                : known.hint();
    }

    private static ExitCode exitCode(Operation operation, @Nullable AfException known) {
        if (operation.committed() != null) {
            return ExitCode.WARNINGS;
        }
        return known == null ? ExitCode.FAILED : known.exitCode();
    }

    private static List<String> causes(Throwable failure) {
        return Causes.of(failure)
                .map(cause -> cause.getClass().getSimpleName() + ": "
                        + String.valueOf(cause.getMessage()).lines().findFirst().orElse(""))
                .toList();
    }

    private static List<String> toolSaid(Throwable failure) {
        return Causes.first(failure, ToolFailedException.class).stream()
                .flatMap(tool -> tool.lastLines().stream())
                .filter(line ->
                        OWN.matcher(line).matches() && !ROWS.matcher(line).find())
                .toList();
    }
}
