package io.agentflow.dr.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.core.AfException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one document that {@code --json} prints: apiVersion, kind, status, then what the command has to say. */
final class JsonDocument {
    private static final JsonFactory JSON = new JsonFactory();

    /** For what is no map, no list and no simple value: made only for that, as its start takes as long as a whole list. */
    private static final class Binding {
        static final ObjectMapper JSON = new ObjectMapper();
    }

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
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            write(json.useDefaultPrettyPrinter(), fields);
        } catch (IOException e) {
            throw new UncheckedIOException("a document can always be written", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> field : map.entrySet()) {
                json.writeFieldName(String.valueOf(field.getKey()));
                write(json, field.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Collection<?> values) {
            json.writeStartArray();
            for (Object one : values) {
                write(json, one);
            }
            json.writeEndArray();
        } else if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
            // Without a codec it knows these.
            json.writeObject(value);
        } else {
            Binding.JSON.writeValue(json, value);
        }
    }
}
