package io.agentflow.dr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonDocumentTest {
    record Pair(String left, int right) {}

    /** Held to what Jackson's mapper makes of the same values. */
    @Test
    void everyKindOfValueIsWritten() throws Exception {
        Object[] values = {
            "a \"text\"\n",
            null,
            7,
            Long.MAX_VALUE,
            0.25,
            true,
            List.of(),
            Arrays.asList(1, null, "x"),
            Map.of("a", List.of(new Pair("l", 1))),
            new Pair("ü", 2),
            JsonNodeFactory.instance.objectNode().put("n", 1),
            List.of(JsonNodeFactory.instance.objectNode().put("n", 1)),
            new RawValue("{\"raw\": [1, {}]}"),
        };
        ObjectMapper mapper = new ObjectMapper();
        for (Object value : values) {
            String text = new JsonDocument("Tried", "ok").with("value", value).toString();

            assertThat(mapper.readTree(text).path("value"))
                    .as(text)
                    .isEqualTo(mapper.readTree(mapper.writeValueAsString(value)));
            assertThat(text).startsWith("{\n  \"apiVersion\" : \"af/v1\",\n");
        }
    }
}
