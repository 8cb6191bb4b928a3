package io.agentflow.dr.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.agentflow.dr.testing.Project;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The form of requests: the published schema and the reader agree about every message. */
class RequestJsonTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "a secret of more than thirty-two bytes";
    private static final Map<String, String> RESTORE = Map.of(
            "id", "r-1",
            "operation", "restore",
            "database", "main",
            "selector", "latest",
            "restoreType", "full",
            "target", "other",
            "requestedBy", "Zoë \\ \"Ops\" </script>",
            "issuedAt", "2026-11-26T10:00:00Z",
            "expiresAt", "2026-11-26T10:15:00.5Z",
            "keyId", "ops");

    private static OperationRequest signed(Map<String, String> fields) {
        return new SignRequest(RequestSignature.shared(SECRET)).sign(fields);
    }

    private static Map<String, String> but(String field, String value) {
        Map<String, String> fields = new TreeMap<>(signed(RESTORE).fields());
        if (value == null) {
            fields.remove(field);
        } else {
            fields.put(field, value);
        }
        return fields;
    }

    private static byte[] json(Object fields) {
        try {
            return JSON.writeValueAsBytes(fields);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Project.file("docs/reference/request.schema.json")));
    }

    private static boolean reads(byte[] message) {
        try {
            return RequestJson.read(message) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @TestFactory
    Stream<DynamicTest> theSchemaAndTheReaderAgree() throws IOException {
        JsonSchema schema = schema();
        Map<String, String> backup = new TreeMap<>(but("operation", "backup"));
        backup.keySet().removeAll(List.of("selector", "restoreType", "target"));
        Map<String, Object> number = new TreeMap<>(but("id", "x"));
        number.put("id", 7);
        Map<String, Object> nothing = new TreeMap<>(but("id", "x"));
        nothing.put("selector", null);
        Stream<Map.Entry<byte[], Boolean>> cases = Stream.of(
                Map.entry(json(signed(RESTORE).fields()), true),
                Map.entry(json(backup), true),
                Map.entry(json(but("selector", null)), true),
                Map.entry(json(but("target", null)), true),
                Map.entry(json(but("requestedBy", "a".repeat(200))), true),
                Map.entry(json(but("requestedBy", "a".repeat(201))), false),
                Map.entry(json(but("requestedBy", "line\nbreak")), false),
                Map.entry(json(but("requestedBy", "\u001b[2J")), false),
                Map.entry(json(but("requestedBy", "\ud83d\ude00")), false),
                Map.entry(json(but("id", "../../etc/passwd")), false),
                Map.entry(json(but("id", "")), false),
                Map.entry(json(but("id", "a".repeat(65))), false),
                Map.entry(json(but("operation", "drop")), false),
                Map.entry(json(but("operation", "verify")), false),
                Map.entry(json(but("operation", "backup")), false),
                Map.entry(json(but("database", "postgresql://u:p@h/d")), false),
                Map.entry(json(but("selector", "--help me")), false),
                Map.entry(json(but("restoreType", "all")), false),
                Map.entry(json(but("issuedAt", "yesterday")), false),
                Map.entry(json(but("expiresAt", "2026-11-26T10:15:00+02:00")), false),
                Map.entry(json(but("signature", "AAAA")), false),
                Map.entry(json(but("signature", null)), false),
                Map.entry(json(but("databaseUrl", "postgresql://h/d")), false),
                Map.entry(json(number), false),
                Map.entry(json(nothing), false),
                Map.entry(bytes("[]"), false),
                Map.entry(bytes("{}"), false),
                Map.entry(bytes("\"restore\""), false));
        return cases.map(one -> DynamicTest.dynamicTest(new String(one.getKey(), StandardCharsets.UTF_8), () -> {
            JsonNode parsed = JSON.readTree(one.getKey());
            assertThat(reads(one.getKey())).as("reader").isEqualTo(one.getValue());
            assertThat(schema.validate(parsed).isEmpty()).as("schema").isEqualTo(one.getValue());
        }));
    }

    @Test
    void theSchemaHasThePatternsOfTheReader() throws IOException {
        JsonNode properties = JSON.readTree(Files.readString(Project.file("docs/reference/request.schema.json")))
                .path("properties");
        assertThat(properties.size()).isEqualTo(RequestField.values().length);
        for (RequestField field : RequestField.values()) {
            assertThat(properties.path(field.text()).path("pattern").asText()).isEqualTo("^(" + field.pattern() + ")$");
        }
    }

    @Test
    void whatNoJsonSchemaCanSeeIsRefusedToo() {
        String whole = new String(json(signed(RESTORE).fields()), StandardCharsets.UTF_8);
        assertThat(reads(bytes(whole))).isTrue();
        assertThat(reads(bytes(whole + "{}"))).as("something behind it").isFalse();
        assertThat(reads(bytes(whole.replaceFirst("\\{", "{\"id\":\"r-2\","))))
                .as("a field twice")
                .isFalse();
        assertThat(reads(whole.getBytes(StandardCharsets.UTF_16))).as("UTF-16").isFalse();
        assertThat(reads(whole.getBytes(StandardCharsets.ISO_8859_1)))
                .as("no UTF-8")
                .isFalse();
        assertThat(reads(json(but("expiresAt", "2026-11-26T10:00:00Z"))))
                .as("expires as it is issued")
                .isFalse();
        assertThat(reads(json(but("issuedAt", "2026-13-26T10:00:00Z"))))
                .as("no such month")
                .isFalse();
        assertThat(reads(new byte[0])).isFalse();
    }

    @Test
    void aRefusalDoesNotRepeatWhatTheMessageHolds() {
        assertThatThrownBy(() -> RequestJson.read(json(but("url", "postgresql://u:geheim@h/d"))))
                .hasMessage("it has an unknown field");
        assertThatThrownBy(() -> RequestJson.read(json(but("database", "geheim!"))))
                .hasMessage("the field database is out of form: [a-z0-9_-]{1,64}");
        assertThatThrownBy(() -> RequestJson.read(bytes("geheim"))).hasMessageNotContaining("geheim");
    }

    @Test
    void theCanonicalFormIsThatOfRfc8785() {
        assertThat(new String(RequestJson.canonical(signed(RESTORE).signedFields()), StandardCharsets.UTF_8))
                .isEqualTo("{\"database\":\"main\",\"expiresAt\":\"2026-11-26T10:15:00.5Z\",\"id\":\"r-1\","
                        + "\"issuedAt\":\"2026-11-26T10:00:00Z\",\"keyId\":\"ops\",\"operation\":\"restore\","
                        + "\"requestedBy\":\"Zoë \\\\ \\\"Ops\\\" </script>\",\"restoreType\":\"full\","
                        + "\"selector\":\"latest\",\"target\":\"other\"}");
    }

    /** The value of {@code openssl dgst -sha256 -hmac}, so that nobody needs af to sign. */
    @Test
    void theSignatureIsThatOfOpenssl() {
        OperationRequest backup = signed(Map.of(
                "id", "r-1",
                "operation", "backup",
                "database", "main",
                "requestedBy", "ops",
                "issuedAt", "2026-11-26T10:00:00Z",
                "expiresAt", "2026-11-26T10:15:00Z",
                "keyId", "ops"));

        assertThat(backup.signature()).isEqualTo("hVLJQk0WyXfA2To0oiJLM1XEGZ16No4FT9t0JKqJFag=");
        assertThat(backup.issuedAt()).isEqualTo(Instant.parse("2026-11-26T10:00:00Z"));
    }

    @Test
    void anEd25519SignatureFitsItsKeyAndNoOther() {
        RequestSignature maker = RequestSignature.madeBy(Keys.PRIVATE);
        RequestSignature check = RequestSignature.checkedBy(Keys.PUBLIC);
        OperationRequest request = new SignRequest(maker).sign(RESTORE);
        byte[] content = RequestJson.canonical(request.signedFields());
        byte[] signature = Base64.getDecoder().decode(request.signature());

        assertThat(check.fits(content, signature)).isTrue();
        signature[5]++;
        assertThat(check.fits(content, signature)).isFalse();
        assertThat(check.fits(content, new byte[32])).as("as long as an HMAC").isFalse();
        assertThat(check.fits(content, RequestSignature.shared(Keys.PUBLIC).sign(content)))
                .as("an HMAC whose secret is the public key")
                .isFalse();
        assertThat(maker).hasToString("Ed25519 ****");
        assertThat(RequestSignature.shared(SECRET)).hasToString("HMAC-SHA256 ****");
    }

    @Test
    void aWeakOrBrokenKeyIsRefused() {
        assertThatThrownBy(() -> RequestSignature.shared("short")).hasMessageContaining("32");
        assertThatThrownBy(() -> RequestSignature.checkedBy("nothing")).hasMessageContaining("Ed25519");
        assertThatThrownBy(() -> RequestSignature.madeBy(Keys.PUBLIC)).hasMessageContaining("private key");
    }
}
