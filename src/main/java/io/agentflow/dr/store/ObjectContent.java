package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * What is to be stored: its size and digest, and where its bytes are had, as often as they are needed.
 *
 * @param digested what the bytes must turn out to be
 */
public record ObjectContent(Digested digested, Source source) {

    /** Gives the bytes from an offset to the end. */
    @FunctionalInterface
    public interface Source {
        /** Begins to read there. @throws IOException if they cannot be read */
        InputStream open(long from) throws IOException;
    }

    /** A file that was digested when it was written. */
    public static ObjectContent of(Path file, Digested digested) {
        return new ObjectContent(digested, from -> {
            FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
            return Channels.newInputStream(channel.position(from));
        });
    }

    /** Something small that is in memory. */
    public static ObjectContent of(byte[] content) {
        return new ObjectContent(
                new Digested(content.length, Sha256.of(content)),
                from -> new ByteArrayInputStream(content, (int) from, content.length - (int) from));
    }

    public InputStream open() throws IOException {
        return source.open(0);
    }

    public long bytes() {
        return digested.bytes();
    }

    public Sha256 sha256() {
        return digested.sha256();
    }

    /** Compares. @throws ObjectDamaged if what was read from the source is not what it should have been */
    public void require(ObjectKey key, Digested read) {
        if (!read.equals(digested)) {
            throw new ObjectDamaged(
                    "'" + key + "' changed before it was stored: " + described(read) + " instead of "
                            + described(digested),
                    "Check the disk it was read from, and run the command again.");
        }
    }

    private static String described(Digested content) {
        return content.bytes() + " bytes with SHA-256 " + content.sha256().abbreviated();
    }
}
