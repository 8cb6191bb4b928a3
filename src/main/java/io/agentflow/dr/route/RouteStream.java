package io.agentflow.dr.route;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * An object on its way out of a store of routes. Many a component takes a connection that breaks for the end of the file:
 * at the end it is asked how long the object is.
 */
final class RouteStream extends FilterInputStream {
    private final StoreRoutes.Answer answer;
    private final Supplier<OptionalLong> length;
    private long position;
    private boolean closed;

    /**
     * @param length how many bytes the store says the object has
     * @param position how many of them have been read
     */
    RouteStream(InputStream object, StoreRoutes.Answer answer, long position, Supplier<OptionalLong> length) {
        super(object);
        this.answer = answer;
        this.position = position;
        this.length = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int size) throws IOException {
        int count = in.read(buffer, offset, size);
        if (count >= 0) {
            position += count;
        } else if (length.get().orElse(position) > position) {
            throw new IOException("it ended after " + position + " bytes");
        }
        return count;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try {
                super.close();
            } finally {
                answer.close();
            }
        }
    }
}
