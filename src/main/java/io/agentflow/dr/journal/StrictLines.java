package io.agentflow.dr.journal;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Lines that end with a line feed and nothing else, in UTF-8 and nothing else: whatever reads more leniently would let
 * bytes be exchanged unseen. A piece at the end without a line feed is none.
 */
final class StrictLines implements AutoCloseable {
    private final Path file;
    private final InputStream bytes;
    private long number;

    StrictLines(Path file) throws IOException {
        this.file = file;
        this.bytes = new BufferedInputStream(Files.newInputStream(file));
    }

    /** Of the line that was given last, from 1. */
    long number() {
        return number;
    }

    /** The next line; null at the end. @throws io.agentflow.dr.core.VerificationFailed if its bytes are not as written */
    @Nullable
    String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        for (int next = bytes.read(); next != '\n'; next = bytes.read()) {
            if (next < 0) {
                return null;
            }
            if (line.size() >= JournalFiles.LONGEST_LINE) {
                throw ChainedLine.tampered(file, number + 1, "is longer than any record", null);
            }
            line.write(next);
        }
        number++;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ChainedLine.tampered(file, number, "is no text", e);
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
