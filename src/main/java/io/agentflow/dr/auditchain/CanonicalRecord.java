package io.agentflow.dr.auditchain;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Writes a record as it was hashed: one JSON object with its keys in fixed order, no white space, {@code <}, {@code >}
 * and {@code &} escaped inside strings, the time in RFC 3339 with no more digits than needed. The form is AgentFlow's
 * own; docs/reference/audit-chain.md tells it.
 */
final class CanonicalRecord {
    private static final long MICROS = 1_000_000;
    private static final long SECONDS_A_DAY = 86_400;
    /** PostgreSQL counts microseconds from the first of January 2000. */
    private static final long EPOCH_DAY = LocalDate.of(2000, 1, 1).toEpochDay();

    private static final byte[] NULL = bytes("null");
    private static final byte[][] KEYS = {
        bytes("{\"tenant_id\":"),
        bytes(",\"actor_type\":"),
        bytes(",\"actor_id\":"),
        bytes(",\"action\":"),
        bytes(",\"resource_type\":"),
        bytes(",\"resource_id\":"),
        bytes(",\"details\":"),
        bytes(",\"ts\":\"")
    };

    private final MessageDigest sha256;
    private byte[] json = new byte[4096];
    private int length;
    private long day = Long.MIN_VALUE;
    private byte[] date = {};

    CanonicalRecord() {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * The hash that a record must have.
     *
     * @param fields tenant, actor type and id, action, resource type and id, details as JSON, each as text in UTF-8
     * @param micros since 2000
     */
    byte[] hash(byte @Nullable [] previous, byte[] @Nullable [] fields, long micros) {
        length = 0;
        for (int i = 0; i < KEYS.length - 2; i++) {
            append(KEYS[i]);
            string(fields[i]);
        }
        append(KEYS[KEYS.length - 2]);
        compact(fields[KEYS.length - 2]);
        append(KEYS[KEYS.length - 1]);
        time(micros);
        append((byte) '"');
        append((byte) '}');
        if (previous != null) {
            sha256.update(previous);
        }
        sha256.update(json, 0, length);
        return sha256.digest();
    }

    /** What was hashed last, without what stands before it. */
    String text() {
        return new String(json, 0, length, StandardCharsets.UTF_8);
    }

    private void string(byte @Nullable [] text) {
        if (text == null) {
            append(NULL);
            return;
        }
        append((byte) '"');
        if (plain(text)) {
            append(text);
        } else {
            escaped(JsonStringEncoder.getInstance().quoteAsUTF8(new String(text, StandardCharsets.UTF_8)));
        }
        append((byte) '"');
    }

    private static boolean plain(byte[] text) {
        for (byte b : text) {
            if ((b >= 0 && b < ' ') || b == '"' || b == '\\' || b == '<' || b == '>' || b == '&') {
                return false;
            }
        }
        return true;
    }

    private void escaped(byte[] text) {
        for (byte b : text) {
            escaped(b);
        }
    }

    private void escaped(byte b) {
        switch (b) {
            case '<' -> append(bytes("\\u003c"));
            case '>' -> append(bytes("\\u003e"));
            case '&' -> append(bytes("\\u0026"));
            default -> append(b);
        }
    }

    /** Takes the white space between the values away; what stands in strings stays. */
    private void compact(byte @Nullable [] details) {
        if (details == null) {
            append(NULL);
            return;
        }
        boolean inString = false;
        for (int i = 0; i < details.length; i++) {
            byte b = details[i];
            if (!inString && (b == ' ' || b == '\n' || b == '\t' || b == '\r')) {
                continue;
            }
            if (b == '"') {
                inString = !inString;
            }
            if (inString && b == '\\' && i + 1 < details.length) {
                append(b);
                append(details[++i]);
            } else {
                escaped(b);
            }
        }
    }

    private void time(long micros) {
        long seconds = Math.floorDiv(micros, MICROS);
        long today = Math.floorDiv(seconds, SECONDS_A_DAY);
        if (today != day) {
            day = today;
            date = bytes(LocalDate.ofEpochDay(EPOCH_DAY + today).toString());
        }
        int second = (int) Math.floorMod(seconds, SECONDS_A_DAY);
        append(date);
        append((byte) 'T');
        digits(second / 3600, 2);
        append((byte) ':');
        digits(second / 60 % 60, 2);
        append((byte) ':');
        digits(second % 60, 2);
        int fraction = (int) Math.floorMod(micros, MICROS);
        if (fraction > 0) {
            int digits = 6;
            while (fraction % 10 == 0) {
                fraction /= 10;
                digits--;
            }
            append((byte) '.');
            digits(fraction, digits);
        }
        append((byte) 'Z');
    }

    private void digits(int number, int count) {
        for (int i = count - 1, rest = number; i >= 0; i--, rest /= 10) {
            room(count);
            json[length + i] = (byte) ('0' + rest % 10);
        }
        length += count;
    }

    private void append(byte b) {
        room(1);
        json[length++] = b;
    }

    private void append(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, json, length, more.length);
        length += more.length;
    }

    private void room(int more) {
        if (length + more > json.length) {
            json = Arrays.copyOf(json, Math.max(json.length * 2, length + more));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A time in UTC as people read it. */
    static String readable(long micros) {
        CanonicalRecord record = new CanonicalRecord();
        record.time(micros);
        return record.text();
    }

    /** Eight bytes as PostgreSQL sends a number. */
    static long number(byte[] field) {
        return ByteBuffer.wrap(field).getLong();
    }

    static @Nullable String hex(@Nullable ByteBuffer hash) {
        if (hash == null) {
            return null;
        }
        byte[] bytes = new byte[hash.remaining()];
        hash.duplicate().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
