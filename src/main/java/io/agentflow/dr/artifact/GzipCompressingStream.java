package io.agentflow.dr.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterInputStream;

/**
 * Compresses while it is read: a pulling stream, where the JDK's {@code GZIPOutputStream} pushes and Camel's gzip data
 * format holds everything in memory. Format: RFC 1952, without name and time, so equal input gives equal output.
 */
public final class GzipCompressingStream extends InputStream {
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final int BUFFER = 64 * 1024;

    private final CRC32 crc = new CRC32();
    private final Deflater deflater;
    private final InputStream body;
    private ByteBuffer framing = ByteBuffer.wrap(HEADER);
    private boolean ending;

    /** @param level 0 (none) to 9 (smallest) */
    public GzipCompressingStream(InputStream plain, int level) {
        this.deflater = new Deflater(level, true);
        this.body = new DeflaterInputStream(new CheckedInputStream(plain, crc), deflater, BUFFER);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (!framing.hasRemaining() && !ending) {
            int count = body.read(buffer, offset, length);
            if (count >= 0) {
                return count;
            }
            ending = true;
            framing = trailer();
        }
        int count = Math.min(length, framing.remaining());
        framing.get(buffer, offset, count);
        return count == 0 ? -1 : count;
    }

    private ByteBuffer trailer() {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .putInt((int) deflater.getBytesRead())
                .flip();
    }

    @Override
    public void close() throws IOException {
        deflater.end();
        body.close();
    }
}
