package io.agentflow.dr.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.VerificationFailed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of the journal: the record as JSON, its number, the hash of the line before it, and last its own hash. That is
 * the SHA-256 of the line as far as the field {@code hash}, so that any tool can follow the chain. Specified in
 * docs/reference/journal.md.
 *
 * @param text without the line feed
 */
record ChainedLine(long number, String previous, String hash, String text) {
    /** What stands for the hash before the first line. */
    static final String BEGINNING = "0".repeat(64);

    private static final String TAIL = ",\"hash\":\"";
    static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new InstantOfText()))
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** As {@link Instant#toString()} writes it. */
    private static final class InstantOfText extends FromStringDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantOfText() {
            super(Instant.class);
        }

        @Override
        protected Instant _deserialize(String text, DeserializationContext context) {
            return Instant.parse(text);
        }
    }

    /** The line that follows. */
    static ChainedLine after(long number, String previous, JournalEntry entry) {
        try {
            ObjectNode node = JSON.createObjectNode();
            node.put("seq", number);
            node.setAll((ObjectNode) JSON.valueToTree(entry));
            node.put("phase", entry.phase().name().toLowerCase(Locale.ROOT));
            node.put("prev", previous);
            String open = JSON.writeValueAsString(node);
            String body = open.substring(0, open.length() - 1);
            String hash = hash(body);
            return new ChainedLine(number, previous, hash, body + TAIL + hash + "\"}");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record can always be written", e);
        }
    }

    /** Reads a line. @throws VerificationFailed if it is not what was written */
    static ChainedLine parse(Path file, long number, String line) {
        try {
            return parse(line);
        } catch (IllegalArgumentException e) {
            throw tampered(file, number, String.valueOf(e.getMessage()), e);
        }
    }

    static VerificationFailed tampered(Path file, long number, String how, @Nullable Throwable cause) {
        return new VerificationFailed(
                "the journal was tampered with: " + file.getFileName() + (number == 0 ? "" : " line " + number) + " "
                        + how,
                "Keep the journal's folder as evidence, and begin a new one: af.state-dir",
                cause);
    }

    private static ChainedLine parse(String text) {
        int tail = text.lastIndexOf(TAIL);
        if (tail < 0) {
            throw new IllegalArgumentException("is no record of the journal");
        }
        String hash = hash(text.substring(0, tail));
        if (!text.substring(tail).equals(TAIL + hash + "\"}")) {
            throw new IllegalArgumentException("is not what was written");
        }
        try {
            JsonNode node = JSON.readTree(text);
            return new ChainedLine(node.path("seq").asLong(), node.path("prev").asText(), hash, text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is no JSON", e);
        }
    }

    private static String hash(String body) {
        return Sha256.of(body.getBytes(StandardCharsets.UTF_8)).toString();
    }

    JournalHead head() {
        return new JournalHead(number, hash);
    }

    JsonNode json() {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("it was read before", e);
        }
    }
}
