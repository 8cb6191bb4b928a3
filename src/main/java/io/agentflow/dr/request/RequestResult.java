package io.agentflow.dr.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sender is told of a request: that it was accepted or refused, and in the end what came of it. Its fields are
 * those of {@code docs/reference/result.schema.json}.
 */
public final class RequestResult {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> fields;

    private RequestResult(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** How far a request has come. */
    public enum Status {
        ACCEPTED,
        REFUSED,
        DONE,
        FAILED,
        /** It had begun when af ended. */
        INTERRUPTED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static RequestResult of(OperationRequest request, Status status, Instant at) {
        return new RequestResult(new LinkedHashMap<>())
                .with("apiVersion", "af/v1")
                .with("kind", "RequestResult")
                .with("request", request.id())
                .with("status", status.text())
                .with("operation", request.verb().text())
                .with("database", request.database())
                .with("target", request.target())
                .with("requestedBy", request.requestedBy())
                .with("keyId", request.keyId())
                .with("at", at.toString());
    }

    public static RequestResult accepted(AcceptedRequest accepted) {
        return of(accepted.request(), Status.ACCEPTED, accepted.acceptedAt());
    }

    public static RequestResult refused(OperationRequest request, AfException why, Instant at) {
        return of(request, Status.REFUSED, at).because(why);
    }

    public static RequestResult failed(OperationRequest request, AfException why, Instant at) {
        return of(request, Status.FAILED, at).because(why);
    }

    /** It had begun when af ended: nobody knows how far it came. */
    public static RequestResult interrupted(OperationRequest request, Instant at) {
        return of(request, Status.INTERRUPTED, at)
                .because(new AfException(
                        ExitCode.CANCELLED,
                        "af ended while it was at work; how far it came is in its journal",
                        "See: af journal show; then send a new request, with a new id."));
    }

    /** It is done: with warnings the exit code is 3, else 0. */
    public static RequestResult done(OperationRequest request, Instant at, String message, List<String> warnings) {
        return of(request, Status.DONE, at)
                .with("exitCode", (warnings.isEmpty() ? ExitCode.OK : ExitCode.WARNINGS).number())
                .with("message", message)
                .with("warnings", List.copyOf(warnings));
    }

    private RequestResult because(AfException why) {
        return with("exitCode", why.exitCode().number())
                .with("message", why.fact())
                .with("hint", why.hint());
    }

    /** The same with one field more; null changes nothing. */
    public RequestResult with(String name, @Nullable Object value) {
        Map<String, Object> more = new LinkedHashMap<>(fields);
        if (value != null) {
            more.put(name, value);
        }
        return new RequestResult(more);
    }

    private String text(String name) {
        return String.valueOf(fields.get(name));
    }

    /** The request's id. */
    public String request() {
        return text("request");
    }

    public Status status() {
        return Status.valueOf(text("status").toUpperCase(Locale.ROOT));
    }

    /** What came of it, in a few words. */
    public String message() {
        return fields.containsKey("message") ? text("message") : text("status");
    }

    /** All of it, for a document. */
    public Map<String, Object> fields() {
        return new LinkedHashMap<>(fields);
    }

    public byte[] json() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a document of maps can always be written", e);
        }
    }

    /** Reads what {@link #json} wrote. */
    static RequestResult read(byte[] json) throws IOException {
        return new RequestResult(JSON.readValue(json, new TypeReference<LinkedHashMap<String, Object>>() {}));
    }

    @Override
    public String toString() {
        return text("status") + ": " + message();
    }
}
