package io.agentflow.dr.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.manifest.Summary.ComponentSize;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The first fields of a manifest: what a list of backups shows.
 *
 * @param taken the instant of the snapshot, as the manifest has it
 */
public record ManifestHead(BackupId id, String database, String taken, Summary summary) {
    /** What a summary has besides its components: bytes, tables, rows. */
    private static final int NUMBERS = 3;

    private static final Pattern INSTANT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z");

    /** The instant of the snapshot. To read one takes as long as all the rest: most callers want one of a thousand. */
    public Instant createdAt() {
        return Instant.parse(taken);
    }

    /**
     * Reads the head of a manifest, as far as its summary, and nothing behind it.
     *
     * @param components whether those of the summary are read, too: they are half of the head, and a list for people does
     *     not show them
     * @throws ManifestDamagedException if it does not begin like a manifest
     */
    public static ManifestHead read(InputStream json, boolean components) {
        try (JsonParser parser = ManifestSyntax.JSON.createParser(json)) {
            return read(parser, components);
        } catch (IOException | RuntimeException e) {
            throw new ManifestDamagedException("the manifest cannot be read: " + e.getMessage(), e);
        }
    }

    private static ManifestHead read(JsonParser parser, boolean components) throws IOException {
        Map<String, String> words = new LinkedHashMap<>();
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (field.equals("summary")) {
                return head(words, summary(parser, components));
            }
            words.put(field, parser.getText());
        }
        throw new IOException("it ends before its summary");
    }

    /** Token by token: binding a thousand of these takes longer than reading them. */
    private static Summary summary(JsonParser parser, boolean all) throws IOException {
        Map<String, Long> numbers = new HashMap<>();
        List<ComponentSize> components = new ArrayList<>();
        while ((all || numbers.size() < NUMBERS) && parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    components.add(component(parser));
                }
            } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
                numbers.put(field, parser.getLongValue());
            }
        }
        return new Summary(
                number(numbers, "bytes"),
                (int) number(numbers, "tables"),
                numbers.get("rows"),
                List.copyOf(components));
    }

    private static ComponentSize component(JsonParser parser) throws IOException {
        Map<String, Long> numbers = new HashMap<>();
        String kind = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                kind = parser.getText();
            } else {
                numbers.put(field, parser.getLongValue());
            }
        }
        return new ComponentSize(ComponentKind.valueOf(kind.toUpperCase(Locale.ROOT)), number(numbers, "bytes"), (int)
                number(numbers, "files"));
    }

    private static long number(Map<String, Long> numbers, String field) throws IOException {
        Long number = numbers.get(field);
        if (number == null) {
            throw new IOException("its summary has no " + field);
        }
        return number;
    }

    private static ManifestHead head(Map<String, String> words, Summary summary) throws IOException {
        String format = words.getOrDefault("formatVersion", "");
        if (!format.equals("1") && !format.equals("2")) {
            throw new IOException("its format is " + format + ", this version reads 1 and 2");
        }
        String taken = words.getOrDefault("createdAt", "");
        if (!INSTANT.matcher(taken).matches()) {
            throw new IOException("its createdAt is no instant");
        }
        // By its digits, as ids are read; what is no day or no time of day is thrown here, and means damage.
        LocalDate.of(digits(taken, 0, 4), digits(taken, 5, 7), digits(taken, 8, 10));
        LocalTime.of(digits(taken, 11, 13), digits(taken, 14, 16), digits(taken, 17, 19));
        return new ManifestHead(
                new BackupId(words.getOrDefault("id", "")), words.getOrDefault("database", ""), taken, summary);
    }

    private static int digits(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }
}
