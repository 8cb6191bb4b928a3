package io.agentflow.dr.auditchain;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How the server sends ids of records and of tenants. It takes much of its time to write millions of UUIDs as text. */
enum AuditKey {
    /** 16 bytes, as PostgreSQL sends a uuid in binary form. */
    UUIDS("") {
        @Override
        byte[] utf8(byte[] sent) {
            byte[] text = new byte[36];
            for (int i = 0, at = 0; i < sent.length; i++) {
                if (i == 4 || i == 6 || i == 8 || i == 10) {
                    text[at++] = '-';
                }
                text[at++] = HEX[sent[i] >> 4 & 15];
                text[at++] = HEX[sent[i] & 15];
            }
            return text;
        }
    },
    /** Any other type, as text. */
    TEXTS("::text") {
        @Override
        byte[] utf8(byte[] sent) {
            return sent;
        }
    };

    private static final byte[] HEX = HashedJson.bytes("0123456789abcdef");

    private final String cast;

    AuditKey(String cast) {
        this.cast = cast;
    }

    /** The column as it is asked for. */
    String sent(String column) {
        return column + cast;
    }

    /** What was sent, as text in UTF-8. */
    abstract byte[] utf8(byte[] sent);

    /** What was sent, as text; that of null is empty. */
    String text(byte @Nullable [] sent) {
        return sent == null ? "" : new String(utf8(sent), StandardCharsets.UTF_8);
    }
}
