package io.agentflow.dr.artifact;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files that are there whole or not at all: temporary name, force, atomic rename. The name itself survives a
 * power cut once {@link #forceDirectory} was called, which for the many files of a backup happens once, before it is
 * published.
 */
public final class DurableFile {
    private static final int BUFFER = 128 * 1024;

    private DurableFile() {}

    /**
     * Stores the stream under the name and closes it.
     *
     * @return size and digest of what was written
     * @throws IOException if reading or writing fails; then no file of that name exists
     */
    public static Digested write(Path file, InputStream content) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try (DigestingStream digesting = new DigestingStream(content);
                FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = digesting.read(buffer); count >= 0; count = digesting.read(buffer)) {
                writeAll(channel, ByteBuffer.wrap(buffer, 0, count));
            }
            channel.force(true);
            Digested written = digesting.result();
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return written;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    public static Digested write(Path file, byte[] content) throws IOException {
        return write(file, new ByteArrayInputStream(content));
    }

    private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Makes the content of a file that somebody else wrote durable. */
    public static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes the names in a directory durable. Windows cannot open a directory and needs no such call. */
    public static void forceDirectory(Path directory) throws IOException {
        if (!System.getProperty("os.name", "").startsWith("Windows")) {
            force(directory);
        }
    }
}
