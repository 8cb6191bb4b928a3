package io.agentflow.dr.age;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.security.GeneralSecurityException;
import java.util.List;

/** Encrypts what is read through it, a chunk of age's 64 KiB at a time, and digests what goes in. */
public final class EncryptingStream extends InputStream {
    private static final int CHUNK = 64 * 1024;

    private final DigestingStream plain;
    private final Recipients recipients;
    private final Encrypted encrypted = new Encrypted();
    private final WritableByteChannel encrypting;
    private final byte[] chunk = new byte[CHUNK];
    private boolean ended;

    EncryptingStream(InputStream plain, Recipients recipients, List<RecipientStanzaWriter> writers) throws IOException {
        this.plain = new DigestingStream(plain);
        this.recipients = recipients;
        try {
            encrypting = new StandardEncryptingChannelFactory()
                    .newEncryptingChannel(Channels.newChannel(encrypted), writers);
        } catch (GeneralSecurityException e) {
            throw new IOException("it cannot be encrypted: " + e.getMessage(), e);
        }
    }

    /** What was encrypted and not read yet. */
    private static final class Encrypted extends ByteArrayOutputStream {
        private int from;

        int left() {
            return count - from;
        }

        int take(byte[] buffer, int offset, int length) {
            int taken = Math.min(length, left());
            System.arraycopy(buf, from, buffer, offset, taken);
            from += taken;
            if (from == count) {
                reset();
                from = 0;
            }
            return taken;
        }
    }

    public Recipients recipients() {
        return recipients;
    }

    /** What went in. Ask once, after the end. */
    public Digested plain() {
        return plain.result();
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
        while (encrypted.left() == 0 && !ended) {
            int count = plain.readNBytes(chunk, 0, CHUNK);
            if (count > 0) {
                encrypting.write(ByteBuffer.wrap(chunk, 0, count));
            }
            if (count < CHUNK) {
                // Its last chunk says that nothing was cut off.
                encrypting.close();
                ended = true;
            }
        }
        return encrypted.left() == 0 ? -1 : encrypted.take(buffer, offset, length);
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }
}
