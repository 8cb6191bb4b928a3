package io.agentflow.dr.core;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** Files that hold a secret: read only if not everybody may, made for their owner alone. */
public final class SecretFile {
    private static final String POSIX = "posix";

    private SecretFile() {}

    /**
     * What is wrong with the rights of a file that is to hold a secret, as it stands behind the file's name; empty if
     * nothing is. What everybody may read is no secret, what everybody may write is somebody else's.
     */
    public static Optional<String> exposure(Path file) throws IOException {
        if (!posix(file)) {
            return Optional.empty();
        }
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
        return rights.contains(PosixFilePermission.OTHERS_READ) || rights.contains(PosixFilePermission.OTHERS_WRITE)
                ? Optional.of("everybody may " + (rights.contains(PosixFilePermission.OTHERS_READ) ? "read" : "write"))
                : Optional.empty();
    }

    /** The command that mends it. */
    public static String mend(Path file) {
        return "chmod o= " + ShellWord.of(file.toString());
    }

    /**
     * Reads one.
     *
     * @param what the file is to whoever reads a message, such as {@code the signing key}
     * @throws UsageError if it cannot be read, or everybody may
     */
    public static String read(Path file, String what) {
        try {
            Optional<String> exposed = exposure(file);
            if (exposed.isPresent()) {
                throw new UsageError(
                        what + " " + file + " is one that " + exposed.get(),
                        "Take that away: " + mend(file) + "; if somebody may have read it, make a new one.");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UsageError(
                    what + " " + file + " cannot be read: " + Reason.of(e), "Check the path and its rights.", e);
        }
    }

    /**
     * Makes a file that only its owner may read, durably. Nothing is overwritten.
     *
     * @throws java.nio.file.FileAlreadyExistsException if something of that name is there
     * @throws IOException if it cannot be written; then it is not there
     */
    public static void create(Path file, String content) throws IOException {
        FileAttribute<?>[] rights = posix(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), rights);
        try (channel) {
            channel.write(StandardCharsets.UTF_8.encode(content));
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static boolean posix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains(POSIX);
    }
}
