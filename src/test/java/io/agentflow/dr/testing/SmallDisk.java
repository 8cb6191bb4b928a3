package io.agentflow.dr.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A file system in memory that is soon full. Mounting it takes root. */
public final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 64 * 1024;

    private final Path path;
    private final Path filler;

    private SmallDisk(Path path) {
        this.path = path;
        this.filler = path.resolve("filler");
    }

    /** @throws IllegalStateException if nothing can be mounted here: that row of the fault table is then not tested */
    public static SmallDisk ofMegabytes(int size) {
        try {
            Path path = Files.createTempDirectory(Path.of("/tmp"), "af-disk-");
            AfProcess.output(
                    List.of("mount", "-t", "tmpfs", "-o", "size=" + size + "m,mode=755", "tmpfs", path.toString()),
                    Map.of());
            return new SmallDisk(path);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "row 1 of the fault table needs a small tmpfs, and mounting one failed:"
                            + " run the tests as root, in a container with CAP_SYS_ADMIN",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path path() {
        return path;
    }

    /** Fills it, or frees it again, until so many bytes are left. */
    public void leaveFree(long bytes) throws IOException {
        Files.deleteIfExists(filler);
        FileStore disk = Files.getFileStore(path);
        byte[] block = new byte[BLOCK];
        try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
            while (disk.getUsableSpace() > bytes + BLOCK) {
                file.write(block);
            }
        }
    }

    /** Frees what {@link #leaveFree} took. */
    public void free() throws IOException {
        Files.delete(filler);
    }

    /** Makes it one that is only read, as the kernel does after an error of the disk. */
    public void readOnly() {
        AfProcess.output(List.of("mount", "-o", "remount,ro", path.toString()), Map.of());
    }

    @Override
    public void close() {
        AfProcess.output(List.of("umount", "--lazy", path.toString()), Map.of());
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
