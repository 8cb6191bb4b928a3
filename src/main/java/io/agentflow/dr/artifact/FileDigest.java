package io.agentflow.dr.artifact;

import io.agentflow.dr.core.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Set;
import java.util.function.LongConsumer;

/** Reads a file once, from end to end, for its size and digest. Never follows a symbolic link. */
public final class FileDigest {
    private static final int BUFFER = 256 * 1024;

    private FileDigest() {}

    public static Digested of(Path file) throws IOException {
        return of(file, count -> {});
    }

    /**
     * Reads all of it and tells how far it has come.
     *
     * @param progress gets the number of bytes of each piece that was read
     */
    public static Digested of(Path file, LongConsumer progress) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        long bytes = 0;
        byte[] array = new byte[BUFFER];
        ByteBuffer buffer = ByteBuffer.wrap(array);
        try (FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            for (int count = channel.read(buffer); count >= 0; count = channel.read(buffer.clear())) {
                digest.update(array, 0, count);
                bytes += count;
                progress.accept(count);
            }
        }
        return new Digested(bytes, Sha256.of(digest));
    }
}
