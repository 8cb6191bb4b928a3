package io.agentflow.dr.critical;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * The rows in a script of pg_restore: for each table a line that names its entry, a COPY statement, and the rows up to a
 * line that holds {@code \.} alone. One block after the other, never more than a buffer of it in memory.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-copy.html">COPY, text format</a>
 */
final class CopyBlocks {
    private static final int BUFFER = 1 << 16;
    private static final String BEGIN = "COPY ";
    private static final String END = " FROM stdin;";

    private final InputStream script;
    private final Charset charset;

    /** @param rows of one table; to be read to its end before the next one */
    record Block(int entry, String target, InputStream rows) {}

    CopyBlocks(InputStream script, Charset charset) {
        this.script = new BufferedInputStream(script, BUFFER);
        this.charset = charset;
    }

    /** The next table's rows, or null after the last. {@code target} is what stands between COPY and FROM. */
    @Nullable
    Block next() throws IOException {
        int entry = -1;
        for (String line = line(); line != null; line = line()) {
            Matcher head = ArchiveScript.HEAD.matcher(line);
            if (head.matches()) {
                entry = Integer.parseInt(head.group(1));
            } else if (line.startsWith(BEGIN)) {
                StringBuilder statement = new StringBuilder(line);
                // A name may hold a line feed.
                while (!statement.toString().endsWith(END)) {
                    statement.append('\n').append(required());
                }
                return new Block(
                        entry, statement.substring(BEGIN.length(), statement.length() - END.length()), new Rows());
            }
        }
        return null;
    }

    private String required() throws IOException {
        String line = line();
        if (line == null) {
            throw new IOException("the script ends in the middle of a statement");
        }
        return line;
    }

    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = script.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = script.read()) {
            line.write(next);
        }
        return line.toString(charset);
    }

    /** Ends in front of the line that ends the rows, and takes that line away. */
    private final class Rows extends InputStream {
        private boolean atLineStart = true;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = 0;
            while (!ended && count < length) {
                if (atLineStart && endsHere()) {
                    ended = true;
                    break;
                }
                int next = script.read();
                if (next < 0) {
                    throw new IOException("the rows of a table end before their end");
                }
                buffer[offset + count++] = (byte) next;
                atLineStart = next == '\n';
            }
            return count == 0 && length > 0 ? -1 : count;
        }

        /** A row never begins with a backslash and a full stop: COPY would have written two backslashes. */
        private boolean endsHere() throws IOException {
            script.mark(3);
            if (script.read() == '\\' && script.read() == '.' && script.read() == '\n') {
                return true;
            }
            script.reset();
            return false;
        }
    }
}
