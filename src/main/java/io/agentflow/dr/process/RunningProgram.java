package io.agentflow.dr.process;

import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A child process whose stdout is read while it runs. Reading past the end of stdout waits for the exit code and fails
 * unless it is 0, so whoever stores the bytes cannot mistake a broken dump for a short one.
 */
public final class RunningProgram implements AutoCloseable {
    private static final int KEPT_LINES = 40;
    private static final int SIGNALLED = 128;
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final ExternalProgram program;
    private final Process process;
    private final ProgramListener listener;
    private final Consumer<RunningProgram> ended;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final Thread stderrReader;
    private final Instant startedAt;
    private final LongSupplier pulse;
    private volatile long lastSign = System.nanoTime();
    private volatile boolean silenced;

    RunningProgram(
            ExternalProgram program,
            Process process,
            ProgramListener listener,
            LongSupplier pulse,
            Consumer<RunningProgram> ended) {
        this.pulse = pulse;
        this.program = program;
        this.process = process;
        this.listener = listener;
        this.ended = ended;
        this.startedAt = process.info().startInstant().orElse(Instant.MAX);
        this.stderrReader = daemon("stderr", this::readStderr);
    }

    void watch() {
        stderrReader.start();
        daemon("watch", this::watchForSilence).start();
    }

    private Thread daemon(String purpose, Runnable work) {
        Thread thread = new Thread(work, program.name() + "-" + purpose);
        thread.setDaemon(true);
        return thread;
    }

    /** Its live output. Fails at the end with {@link ToolFailedException} unless the exit code is 0; closing ends it. */
    public InputStream stdout() {
        return new FilterInputStream(process.getInputStream()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                if (count < 0) {
                    await();
                } else {
                    alive();
                }
                return count;
            }

            @Override
            public void close() throws IOException {
                RunningProgram.this.close();
                super.close();
            }
        };
    }

    private void alive() {
        lastSign = System.nanoTime();
    }

    /** Waits for its end. @throws ToolFailedException unless the exit code is 0 */
    public void await() throws IOException {
        try {
            int exitValue = process.waitFor();
            stderrReader.join(GRACE.toMillis());
            if (silenced) {
                throw new ToolFailedException(
                        program.name(),
                        exitValue,
                        lines(),
                        "said nothing for " + program.silence().toSeconds() + " s");
            }
            if (exitValue != 0) {
                throw new ToolFailedException(program.name(), exitValue, lines(), "ended with exit code " + exitValue);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException("interrupted while waiting for " + program.name(), e);
        }
    }

    public boolean running() {
        return process.isAlive();
    }

    private List<String> lines() {
        synchronized (lastLines) {
            return List.copyOf(lastLines);
        }
    }

    private void readStderr() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                alive();
                String shown = program.redact(line);
                synchronized (lastLines) {
                    if (lastLines.size() == KEPT_LINES) {
                        lastLines.removeFirst();
                    }
                    lastLines.addLast(shown);
                }
                listener.said(this, shown);
            }
        } catch (IOException e) {
            // The pipe breaks when the child is killed: its exit code tells the rest.
            alive();
        }
    }

    /**
     * One COPY or one CREATE INDEX may take hours, and nothing is said meanwhile: then the pulse tells that it goes on, or
     * what it does with its files.
     */
    private void watchForSilence() {
        try {
            DiskWork disk = new DiskWork(process.toHandle());
            long beat = pulse.getAsLong();
            while (!process.waitFor(1, TimeUnit.SECONDS)) {
                long now = pulse.getAsLong();
                if (disk.goesOn() || now != beat) {
                    beat = now;
                    alive();
                }
                if (System.nanoTime() - lastSign > program.silence().toNanos()) {
                    silenced = true;
                    close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            endOrphans();
            ended.accept(this);
        }
    }

    /**
     * Ends the workers of a program that was killed: they would go on, and keep its stdout and stderr open, until their
     * table is done. They have no parent any more, so they are known by being forks: the same arguments, started later.
     */
    private void endOrphans() {
        if (!process.isAlive() && process.exitValue() > SIGNALLED) {
            ProcessHandle.allProcesses().filter(this::isFork).forEach(ProcessHandle::destroyForcibly);
        }
    }

    private boolean isFork(ProcessHandle other) {
        ProcessHandle.Info info = other.info();
        return info.command().filter(program.executable().toString()::equals).isPresent()
                && info.arguments()
                        .map(List::of)
                        .filter(program.arguments()::equals)
                        .isPresent()
                && info.startInstant()
                        .filter(start -> !start.isBefore(startedAt))
                        .isPresent();
    }

    /** Ends it and its children: asked first, so that pg_dump cancels its queries, killed after five seconds. */
    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> tree = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        tree.forEach(ProcessHandle::destroy);
        if (!gone(tree)) {
            tree.forEach(ProcessHandle::destroyForcibly);
            gone(tree);
        }
    }

    private static boolean gone(List<ProcessHandle> tree) {
        long deadline = System.nanoTime() + GRACE.toNanos();
        for (ProcessHandle one : tree) {
            try {
                one.onExit().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
