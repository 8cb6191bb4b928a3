package io.agentflow.dr.auditchain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** JSON as AgentFlow hashes it, written piece by piece into a SHA-256: however long it is, it is never held as a whole. */
final class HashedJson {
    private static final byte[] HEX = bytes("0123456789abcdef");

    private final MessageDigest sha256;
    private final byte[] buffer = new byte[8192];
    private int length;
    private boolean inString;
    private boolean afterBackslash;

    HashedJson() {
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** What stands in a string: escaped as needed, without its quotes. */
    void inString(byte[] text) {
        if (plain(text)) {
            append(text);
            return;
        }
        for (byte b : text) {
            switch (b) {
                case '"', '\\' -> {
                    append((byte) '\\');
                    append(b);
                }
                case '\n' -> append(bytes("\\n"));
                case '\r' -> append(bytes("\\r"));
                case '\t' -> append(bytes("\\t"));
                case '\b' -> append(bytes("\\b"));
                case '\f' -> append(bytes("\\f"));
                default -> {
                    if (b >= 0 && b < ' ') {
                        unicode(b);
                    } else {
                        withoutMarkup(b);
                    }
                }
            }
        }
    }

    private static boolean plain(byte[] text) {
        for (byte b : text) {
            if ((b >= 0 && b < ' ') || b == '"' || b == '\\' || b == '<' || b == '>' || b == '&') {
                return false;
            }
        }
        return true;
    }

    /** The next piece of JSON text, whose white space between the values is taken away; what stands in strings stays. */
    void compacted(byte[] piece) {
        for (byte b : piece) {
            if (inString) {
                inString = b != '"' || afterBackslash;
                afterBackslash = b == '\\' && !afterBackslash;
                withoutMarkup(b);
            } else if (b != ' ' && b != '\n' && b != '\t' && b != '\r') {
                inString = b == '"';
                append(b);
            }
        }
    }

    private void withoutMarkup(byte b) {
        if (b == '<' || b == '>' || b == '&') {
            unicode(b);
        } else {
            append(b);
        }
    }

    private void unicode(byte b) {
        append(bytes("\\u00"));
        append(HEX[b >> 4]);
        append(HEX[b & 15]);
    }

    void append(byte b) {
        if (length == buffer.length) {
            flush();
        }
        buffer[length++] = b;
    }

    void append(byte[] more) {
        if (more.length > buffer.length - length) {
            flush();
        }
        if (more.length > buffer.length) {
            sha256.update(more);
        } else {
            System.arraycopy(more, 0, buffer, length, more.length);
            length += more.length;
        }
    }

    private void flush() {
        sha256.update(buffer, 0, length);
        length = 0;
    }

    /** The hash of all that was written; the next record begins. */
    byte[] digest() {
        flush();
        inString = false;
        afterBackslash = false;
        return sha256.digest();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
