package io.agentflow.dr.artifact;

import io.agentflow.dr.core.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;

/** Counts and digests what is read through it. */
public final class DigestingStream extends FilterInputStream {
    private final MessageDigest digest = Sha256.newDigest();
    private final AtomicLong bytes = new AtomicLong();

    public DigestingStream(InputStream source) {
        super(source);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        if (count > 0) {
            digest.update(buffer, offset, count);
            bytes.addAndGet(count);
        }
        return count;
    }

    /** Skipped bytes would be missing from the digest. */
    @Override
    public long skip(long count) {
        throw new UnsupportedOperationException("a digested stream is read from end to end");
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** What it reads from. */
    public InputStream source() {
        return in;
    }

    /** How much was read so far. */
    public long bytes() {
        return bytes.get();
    }

    /** What was read. Ask once, after the end. */
    public Digested result() {
        return new Digested(bytes.get(), Sha256.of(digest));
    }
}
