package io.agentflow.dr.verify;

import io.agentflow.dr.core.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the files that are read into memory, never more than a manifest may be long. */
final class SmallFile {
    static final int MAX_BYTES = 48 * 1024 * 1024;

    private SmallFile() {}

    /** Opens it, if it is a plain file and not too long. */
    static InputStream open(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new IOException("is a symbolic link");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("is larger than 48 MiB");
        }
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }

    static byte[] read(Path file) throws IOException {
        try (InputStream in = open(file)) {
            return in.readNBytes(MAX_BYTES);
        }
    }

    /** As text in which every byte counts, also those that are no UTF-8. */
    static String text(Path file) throws IOException {
        return new String(read(file), StandardCharsets.ISO_8859_1);
    }

    /** Why a file could not be read, as it stands behind the file's name. */
    static String why(IOException e) {
        return e instanceof NoSuchFileException ? "is missing" : "cannot be read: " + Reason.of(e);
    }
}
