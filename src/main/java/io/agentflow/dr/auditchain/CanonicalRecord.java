package io.agentflow.dr.auditchain;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Hashes a record as it was hashed when it was written: one JSON object with its keys in fixed order, no white space,
 * {@code <}, {@code >} and {@code &} escaped inside strings, the time in RFC 3339 with no more digits than needed. The form
 * is AgentFlow's own; docs/reference/audit-chain.md tells it. Each value may come in as many pieces as one likes.
 */
final class CanonicalRecord {
    /** So many values stand before the time; the last of them is JSON itself. */
    static final int VALUES = 7;

    private static final byte[] NULL = HashedJson.bytes("null");
    private static final byte[][] KEYS = {
        HashedJson.bytes("{\"tenant_id\":"),
        HashedJson.bytes(",\"actor_type\":"),
        HashedJson.bytes(",\"actor_id\":"),
        HashedJson.bytes(",\"action\":"),
        HashedJson.bytes(",\"resource_type\":"),
        HashedJson.bytes(",\"resource_id\":"),
        HashedJson.bytes(",\"details\":")
    };
    private static final byte[] TIME = HashedJson.bytes(",\"ts\":\"");
    private static final byte[] END = HashedJson.bytes("\"}");

    private final HashedJson json = new HashedJson();
    private final RecordTime times = new RecordTime();
    private int open = -1;

    /**
     * The hash that a record must have.
     *
     * @param fields tenant, actor type and id, action, resource type and id, details as JSON, each as text in UTF-8
     * @param micros since 2000
     */
    byte[] hash(byte @Nullable [] previous, byte[] @Nullable [] fields, long micros) {
        begin(previous);
        for (int i = 0; i < VALUES; i++) {
            piece(i, fields[i]);
        }
        return end(micros);
    }

    void begin(byte @Nullable [] previous) {
        if (previous != null) {
            json.append(previous);
        }
        open = -1;
    }

    /**
     * The next piece of a value; every value has at least one.
     *
     * @param number of the value, in the order of the keys
     * @param text null if the value is
     */
    void piece(int number, byte @Nullable [] text) {
        if (number != open) {
            close();
            json.append(KEYS[number]);
            if (text == null) {
                json.append(NULL);
                return;
            }
            open = number;
            if (number < VALUES - 1) {
                json.append((byte) '"');
            }
        }
        if (text != null && number < VALUES - 1) {
            json.inString(text);
        } else if (text != null) {
            json.compacted(text);
        }
    }

    private void close() {
        if (open >= 0 && open < VALUES - 1) {
            json.append((byte) '"');
        }
        open = -1;
    }

    byte[] end(long micros) {
        close();
        json.append(TIME);
        json.append(times.of(micros));
        json.append(END);
        return json.digest();
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
