package io.agentflow.dr.lint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** Camel's own JSON schema of its YAML: finds steps and options that do not exist. */
final class YamlSchema {
    private final JsonSchema schema;

    YamlSchema() {
        try (InputStream stream = Objects.requireNonNull(getClass().getResourceAsStream("/schema/camelYamlDsl.json"))) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
                    .getSchema(
                            stream,
                            SchemaValidatorsConfig.builder().typeLoose(true).build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Finding> judge(RouteFile file) {
        if (file.problem() != null) {
            return List.of(new Finding(
                    file.name(), "yaml", file.problem().lines().findFirst().orElse("")));
        }
        return schema.validate(filled(file.tree())).stream()
                .map(message -> new Finding(file.name(), "schema", message.getMessage()))
                .toList();
    }

    /** With a number in place of each placeholder: the schema knows none. */
    private static JsonNode filled(JsonNode node) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (node.isObject()) {
            ObjectNode filled = make.objectNode();
            node.properties().forEach(field -> filled.set(field.getKey(), filled(field.getValue())));
            return filled;
        }
        if (node.isArray()) {
            ArrayNode filled = make.arrayNode();
            node.forEach(element -> filled.add(filled(element)));
            return filled;
        }
        return node.asText().matches("\\{\\{.*}}") ? make.textNode("1") : node;
    }
}
