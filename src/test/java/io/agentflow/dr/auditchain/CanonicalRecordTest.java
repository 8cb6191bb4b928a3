package io.agentflow.dr.auditchain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CanonicalRecordTest {
    private final CanonicalRecord record = new CanonicalRecord();

    private static byte[] @Nullable [] fields(@Nullable String resource, String details) {
        return new byte[] @Nullable [] {
            "00d74d45-6730-a8ab-ed4d-2027bc05435c".getBytes(UTF_8),
            "user".getBytes(UTF_8),
            "a<b>&\"c\\\u001f\n".getBytes(UTF_8),
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

    private static byte[] sha256(byte[] previous, String text) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(previous);
        return digest.digest(text.getBytes(UTF_8));
    }

    @Test
    void hashesKeysInOrderWithoutWhiteSpaceAndEscapesInsideStringsOnly() throws Exception {
        byte[] previous = {1, 2, 3};

        byte[] hash = record.hash(
                previous,
                fields(null, "{\"b\": [1, 2], \"a\": \"x, y: <\\\" z\", \"c\": \"\\\\\"}"),
                micros("2026-09-01T00:00:08.102980Z"));

        assertThat(hash)
                .isEqualTo(
                        sha256(
                                previous,
                                "{\"tenant_id\":\"00d74d45-6730-a8ab-ed4d-2027bc05435c\",\"actor_type\":\"user\","
                                        + "\"actor_id\":\"a\\u003cb\\u003e\\u0026\\\"c\\\\\\u001f\\n\",\"action\":\"login\","
                                        + "\"resource_type\":\"séance\",\"resource_id\":null,"
                                        + "\"details\":{\"b\":[1,2],\"a\":\"x, y: \\u003c\\\" z\",\"c\":\"\\\\\"},\"ts\":\"2026-09-01T00:00:08.10298Z\"}"));
    }

    @Test
    void timesHaveNoMoreDigitsThanNeeded() {
        assertThat(RecordTime.readable(micros("2026-01-02T03:04:05Z"))).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(RecordTime.readable(micros("2026-01-02T13:04:05.000001Z"))).isEqualTo("2026-01-02T13:04:05.000001Z");
        assertThat(RecordTime.readable(micros("1999-12-31T23:59:59.5Z"))).isEqualTo("1999-12-31T23:59:59.5Z");
        assertThat(RecordTime.readable(micros("2026-01-02T00:00:00.101Z"))).isEqualTo("2026-01-02T00:00:00.101Z");
    }

    @Test
    void inPiecesTheHashIsTheSame() throws Exception {
        byte[] @Nullable [] fields = fields("", "{\"a\": \"\\\" é \\\\\", \"b\":\"" + "x ".repeat(50_000) + "\"}");
        byte[] whole = record.hash(null, fields, 0);

        for (int size : new int[] {1, 2, 3, 7, 8191, 8193}) {
            record.begin(null);
            for (int i = 0; i < fields.length; i++) {
                byte[] field = fields[i];
                int end = field == null ? 0 : field.length;
                for (int from = 0; from == 0 || from < end; from += size) {
                    record.piece(i, field == null ? null : Arrays.copyOfRange(field, from, Math.min(from + size, end)));
                }
            }
            assertThat(record.end(0)).as("pieces of " + size).isEqualTo(whole);
        }
    }
}
