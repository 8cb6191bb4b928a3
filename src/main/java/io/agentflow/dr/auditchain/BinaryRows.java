package io.agentflow.dr.auditchain;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Rows of {@code COPY … TO STDOUT (FORMAT binary)}, one after the other.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-copy.html">COPY, binary format</a>
 */
final class BinaryRows {
    private static final int SIGNATURE = 11;
    private static final int BUFFER = 1 << 16;

    private final InputStream copy;
    /** Not by streams of data: they take longer for the lengths of a million rows than the rows take to be hashed. */
    private final ByteBuffer unread = ByteBuffer.allocate(BUFFER).flip();

    BinaryRows(InputStream copy) throws IOException {
        this.copy = copy;
        bytes(SIGNATURE);
        number();
        bytes(number());
    }

    /** Fills the fields with the next row, null for null; false after the last. */
    boolean next(byte[] @Nullable [] fields) throws IOException {
        require(Short.BYTES);
        short count = unread.getShort();
        if (count < 0) {
            return false;
        }
        if (count != fields.length) {
            throw new IOException("a row of " + count + " columns, " + fields.length + " were asked for");
        }
        for (int i = 0; i < count; i++) {
            int length = number();
            fields[i] = length < 0 ? null : bytes(length);
        }
        return true;
    }

    private int number() throws IOException {
        require(Integer.BYTES);
        return unread.getInt();
    }

    private byte[] bytes(int length) throws IOException {
        byte[] field = new byte[length];
        for (int filled = 0; filled < length; ) {
            require(1);
            int more = Math.min(length - filled, unread.remaining());
            unread.get(field, filled, more);
            filled += more;
        }
        return field;
    }

    /** Reads until there are at least so many bytes. */
    private void require(int needed) throws IOException {
        if (unread.remaining() >= needed) {
            return;
        }
        unread.compact();
        while (unread.position() < needed) {
            int read = copy.read(unread.array(), unread.position(), unread.remaining());
            if (read < 0) {
                throw new EOFException("a row ends early");
            }
            unread.position(unread.position() + read);
        }
        unread.flip();
    }
}
