package io.agentflow.dr.journal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.core.VerificationFailed;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
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
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Only for who reads journals: its start takes longer than all that an operation writes. */
    private static final class Reading {
        static final ObjectMapper JSON = JsonMapper.builder()
                .addModule(new SimpleModule().addDeserializer(Instant.class, new InstantOfText()))
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

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
        String open = object(json -> {
            json.writeNumberField("seq", number);
            entry.writeFields(json, entry.phase().name().toLowerCase(Locale.ROOT));
            json.writeStringField("prev", previous);
        });
        String body = open.substring(0, open.length() - 1);
        String hash = hash(body);
        return new ChainedLine(number, previous, hash, body + TAIL + hash + "\"}");
    }

    /** The record by itself, outside of any chain, as every version of af can read it. */
    static String unchained(JournalEntry entry) {
        return object(json -> entry.writeFields(json, entry.phase().name()));
    }

    /** Reads what {@link #unchained} wrote. @throws JsonProcessingException if it is not whole */
    static JournalEntry entry(String unchained) throws JsonProcessingException {
        return Reading.JSON.readValue(unchained, JournalEntry.class);
    }

    /** What writes the fields of an object. */
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private static String object(Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a record can always be written", e);
        }
        return text.toString();
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
        try (JsonParser json = FACTORY.createParser(text)) {
            return chained(json, hash, text);
        } catch (IOException e) {
            throw new IllegalArgumentException("is no JSON", e);
        }
    }

    private static ChainedLine chained(JsonParser json, String hash, String text) throws IOException {
        long number = 0;
        String previous = "";
        json.nextToken();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            if (field.equals("seq")) {
                number = json.getValueAsLong();
            } else if (field.equals("prev")) {
                previous = String.valueOf(json.getValueAsString());
            }
            json.skipChildren();
        }
        if (json.nextToken() != null) {
            throw new IllegalArgumentException("is more than one record");
        }
        return new ChainedLine(number, previous, hash, text);
    }

    private static String hash(String body) {
        return Sha256.of(body.getBytes(StandardCharsets.UTF_8)).toString();
    }

    JournalHead head() {
        return new JournalHead(number, hash);
    }

    JsonNode json() {
        try {
            return Reading.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("it was read before", e);
        }
    }
}
