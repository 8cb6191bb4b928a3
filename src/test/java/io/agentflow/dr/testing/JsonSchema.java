package io.agentflow.dr.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** One of the project's own JSON Schemas. */
public final class JsonSchema {
    private final com.networknt.schema.JsonSchema schema;

    private JsonSchema(com.networknt.schema.JsonSchema schema) {
        this.schema = schema;
    }

    /** @param path within the project */
    public static JsonSchema of(String path) {
        try {
            return new JsonSchema(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(
                            Files.readString(Project.file(path)),
                            SchemaValidatorsConfig.builder()
                                    .formatAssertionsEnabled(true)
                                    .build()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static JsonNode json(byte[] text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless the document fits. */
    public JsonNode requireFits(JsonNode document) {
        assertThat(schema.validate(document)).as(document.toString()).isEmpty();
        return document;
    }

    public boolean fits(JsonNode document) {
        return schema.validate(document).isEmpty();
    }
}
