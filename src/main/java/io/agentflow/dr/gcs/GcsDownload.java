package io.agentflow.dr.gcs;

import com.google.cloud.ReadChannel;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** An object on its way from Google Cloud Storage. Asks for it at once: the client's channel would wait for a reader. */
final class GcsDownload extends InputStream {
    private static final int FIRST = 16 * 1024;

    private final ReadChannel channel;
    private final ByteBuffer first = ByteBuffer.allocate(FIRST);
    private boolean ended;

    /**
     * Begins to read.
     *
     * @param from the offset of the first byte
     * @throws StorageException if the server does not give it
     * @throws IOException if the connection breaks
     */
    GcsDownload(ReadChannel channel, long from) throws IOException {
        super();
        this.channel = channel;
        channel.setChunkSize(0);
        channel.seek(from);
        try {
            fill(first);
            first.flip();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Reads something, unless it is at its end: the channel may return without. */
    private int fill(ByteBuffer buffer) throws IOException {
        int count = 0;
        while (!ended && count == 0) {
            count = channel.read(buffer);
            ended = count < 0;
        }
        return ended ? -1 : count;
    }

    /** Whether not a single byte has come. A connection that broke before the first one looks like this, too. */
    boolean empty() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (first.hasRemaining()) {
            int count = Math.min(length, first.remaining());
            first.get(buffer, offset, count);
            return count;
        }
        try {
            return fill(ByteBuffer.wrap(buffer, offset, length));
        } catch (StorageException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
