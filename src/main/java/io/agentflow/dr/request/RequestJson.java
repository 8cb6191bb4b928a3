package io.agentflow.dr.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Reads and writes requests as JSON. Reading trusts nothing: one flat object of known, undoubled strings, in UTF-8. */
public final class RequestJson {
    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private RequestJson() {}

    /**
     * Reads one request.
     *
     * @throws IllegalArgumentException if it is none; says why without repeating what it holds
     */
    public static OperationRequest read(byte[] json) {
        return OperationRequest.of(strings(json));
    }

    /** The fields of a flat object of strings. @throws IllegalArgumentException if it is anything else */
    private static Map<String, String> strings(byte[] json) {
        Map<String, String> fields = new TreeMap<>();
        try (JsonParser parser = STRICT.createParser(text(json))) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                require(RequestField.of(name).isPresent(), "it has an unknown field");
                require(parser.nextToken() == JsonToken.VALUE_STRING, "the field " + name + " is no string");
                fields.put(name, parser.getText());
            }
            require(parser.nextToken() == null, "something follows the JSON object");
            return fields;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "it is no JSON, or has a field twice (line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")",
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException("it cannot be read", e);
        }
    }

    private static void require(boolean fact, String otherwise) {
        if (!fact) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static String text(byte[] json) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is not UTF-8", e);
        }
    }

    /**
     * The canonical form of RFC 8785: names sorted, no white space, characters as they are. For an object of strings
     * without control characters, which a request is, that is what Jackson writes of a sorted map.
     */
    public static byte[] canonical(Map<String, String> fields) {
        try {
            return JSON.writeValueAsBytes(new TreeMap<>(fields));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of strings can always be written", e);
        }
    }
}
