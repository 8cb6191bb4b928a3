package io.agentflow.dr.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Standard output that remembers why it could not be written: a {@code PrintStream} only knows that. */
final class DataOutput extends FilterOutputStream {
    private @Nullable String problem;

    DataOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
            throw e;
        }
    }

    /** Why data was lost that somebody wanted: a reader that has gone, or a stream closed by the caller, wants none. */
    Optional<String> lost() {
        return Optional.ofNullable(problem).filter(p -> !unwanted(p.toLowerCase(Locale.ROOT)));
    }

    private static boolean unwanted(String problem) {
        return problem.contains("broken pipe") || problem.contains("bad file descriptor");
    }
}
