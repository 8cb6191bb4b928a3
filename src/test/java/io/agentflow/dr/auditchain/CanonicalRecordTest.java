package io.agentflow.dr.auditchain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CanonicalRecordTest {
    private final CanonicalRecord record = new CanonicalRecord();

    private static byte[] @Nullable [] fields(@Nullable String resource, String details) {
        return new byte[] @Nullable [] {
            "00d74d45-6730-a8ab-ed4d-2027bc05435c".getBytes(UTF_8),
            "user".getBytes(UTF_8),
            "a<b>&\"c\\".getBytes(UTF_8),
            "login".getBytes(UTF_8),
            "séance".getBytes(UTF_8),
            resource == null ? null : resource.getBytes(UTF_8),
            details.getBytes(UTF_8)
        };
    }

    private static long micros(String instant) {
        Duration since = Duration.between(Instant.parse("2000-01-01T00:00:00Z"), Instant.parse(instant));
        return since.getSeconds() * 1_000_000 + since.getNano() / 1000;
    }

    @Test
    void writesKeysInOrderWithoutWhiteSpaceAndEscapesInsideStringsOnly() {
        record.hash(
                null, fields(null, "{\"b\": [1, 2], \"a\": \"x, y: <\\\" z\"}"), micros("2026-09-01T00:00:08.102980Z"));

        assertThat(record.text())
                .isEqualTo(
                        "{\"tenant_id\":\"00d74d45-6730-a8ab-ed4d-2027bc05435c\",\"actor_type\":\"user\","
                                + "\"actor_id\":\"a\\u003cb\\u003e\\u0026\\\"c\\\\\",\"action\":\"login\","
                                + "\"resource_type\":\"séance\",\"resource_id\":null,"
                                + "\"details\":{\"b\":[1,2],\"a\":\"x, y: \\u003c\\\" z\"},\"ts\":\"2026-09-01T00:00:08.10298Z\"}");
    }

    @Test
    void timesHaveNoMoreDigitsThanNeeded() {
        assertThat(CanonicalRecord.readable(micros("2026-01-02T03:04:05Z"))).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(CanonicalRecord.readable(micros("2026-01-02T03:04:05.000001Z")))
                .isEqualTo("2026-01-02T03:04:05.000001Z");
        assertThat(CanonicalRecord.readable(micros("1999-12-31T23:59:59.5Z"))).isEqualTo("1999-12-31T23:59:59.5Z");
    }

    @Test
    void theHashIsThatOfThePreviousHashAndTheText() throws Exception {
        byte[] previous = {1, 2, 3};
        byte[] hash = record.hash(previous, fields("r1", "{}"), 0);
        MessageDigest expected = MessageDigest.getInstance("SHA-256");
        expected.update(previous);

        assertThat(hash).isEqualTo(expected.digest(record.text().getBytes(UTF_8)));
    }

    @Test
    void aLongRecordIsNotCutOff() {
        String details = "{\"a\":\"" + "x".repeat(100_000) + "\"}";
        record.hash(null, fields("r", details), 0);

        assertThat(record.text()).contains(details).endsWith("Z\"}");
    }
}
