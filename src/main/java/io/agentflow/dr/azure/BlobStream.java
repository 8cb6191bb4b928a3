package io.agentflow.dr.azure;

import com.azure.storage.blob.models.BlobDownloadAsyncResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.stream.Stream;

/** A blob on its way from Azure. Who closes it before its end drops the connection instead of waiting for the rest. */
final class BlobStream extends InputStream {
    /** So many buffers of 16 KiB are asked for ahead. */
    private static final int AHEAD = 8;

    private final BlobDownloadAsyncResponse response;
    private final Stream<ByteBuffer> buffers;
    private final Iterator<ByteBuffer> next;
    private ByteBuffer current = ByteBuffer.allocate(0);
    private boolean begun;

    BlobStream(BlobDownloadAsyncResponse response) {
        this.response = response;
        this.buffers = response.getValue().toStream(AHEAD);
        this.next = buffers.iterator();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (!current.hasRemaining()) {
            try {
                begun = true;
                if (!next.hasNext()) {
                    return -1;
                }
                current = next.next();
            } catch (RuntimeException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new IOException(cause.getMessage(), e);
            }
        }
        int count = Math.min(length, current.remaining());
        current.get(buffer, offset, count);
        return count;
    }

    @Override
    public void close() throws IOException {
        buffers.close();
        if (!begun) {
            // A second reader of the same answer, which the client would take this for, is an error.
            response.close();
        }
    }
}
