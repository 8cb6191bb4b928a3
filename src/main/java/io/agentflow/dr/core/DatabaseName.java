package io.agentflow.dr.core;

import java.nio.charset.StandardCharsets;

/** The name of a PostgreSQL database: 1 to 63 bytes of UTF-8, any character but NUL. */
public record DatabaseName(String text) {
    /** NAMEDATALEN - 1 of every stock build. */
    private static final int MAX_BYTES = 63;

    /** @throws IllegalArgumentException if no PostgreSQL database can have this name */
    public DatabaseName {
        if (text.isEmpty() || text.indexOf('\0') >= 0 || bytes(text) > MAX_BYTES) {
            throw new IllegalArgumentException("not a database name: '" + text + "'");
        }
    }

    /** This name with a suffix, cut at a whole character so that both fit into 63 bytes. */
    public DatabaseName with(String suffix) {
        StringBuilder stem = new StringBuilder(text);
        while (bytes(stem + suffix) > MAX_BYTES) {
            stem.setLength(stem.offsetByCodePoints(stem.length(), -1));
        }
        return new DatabaseName(stem + suffix);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public String toString() {
        return text;
    }
}
