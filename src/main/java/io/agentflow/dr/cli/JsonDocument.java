package io.agentflow.dr.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.core.AfException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one document that {@code --json} prints: apiVersion, kind, status, then what the command has to say. */
final class JsonDocument {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> fields = new LinkedHashMap<>();

    JsonDocument(String kind, String status) {
        fields.put("apiVersion", "af/v1");
        fields.put("kind", kind);
        fields.put("status", status);
    }

    static JsonDocument failed(String kind, AfException failure, String step) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", failure.fact());
        error.put("hint", failure.hint());
        error.put("exitCode", failure.exitCode().number());
        error.put("step", step);
        return new JsonDocument(kind, "failed").with("error", error);
    }

    JsonDocument with(String field, @Nullable Object value) {
        fields.put(field, value);
        return this;
    }

    @Override
    public String toString() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a document of maps can always be written", e);
        }
    }
}
