package io.agentflow.dr.auditchain;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of {@code COPY … TO STDOUT (FORMAT binary)}, one after the other.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-copy.html">COPY, binary format</a>
 */
final class BinaryRows {
    private static final int SIGNATURE = 11;
    private static final int BUFFER = 1 << 16;

    private final DataInputStream in;

    BinaryRows(InputStream copy) throws IOException {
        this.in = new DataInputStream(new BufferedInputStream(copy, BUFFER));
        in.readNBytes(SIGNATURE);
        in.readInt();
        in.skipNBytes(in.readInt());
    }

    /** Fills the fields with the next row, null for null; false after the last. */
    boolean next(byte[] @Nullable [] fields) throws IOException {
        short count = in.readShort();
        if (count < 0) {
            return false;
        }
        if (count != fields.length) {
            throw new IOException("a row of " + count + " columns, " + fields.length + " were asked for");
        }
        for (int i = 0; i < count; i++) {
            int length = in.readInt();
            byte[] field = length < 0 ? null : new byte[length];
            if (field != null && in.readNBytes(field, 0, length) < length) {
                throw new EOFException("a row ends early");
            }
            fields[i] = field;
        }
        return true;
    }
}
