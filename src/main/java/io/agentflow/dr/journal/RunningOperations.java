package io.agentflow.dr.journal;

import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the beginning and the end of operations into the journal. While one runs, a file in {@code running} is locked:
 * the kernel gives the lock up however the process dies, and the next start writes that the operation was interrupted.
 */
public final class RunningOperations {
    private static final System.Logger LOG = System.getLogger(RunningOperations.class.getName());

    private final Journal journal;
    private final Path running;
    private final Clock clock;

    public RunningOperations(Path stateFolder, Clock clock) {
        this.journal = new Journal(stateFolder.resolve("journal"));
        this.running = stateFolder.resolve("running");
        this.clock = clock;
    }

    /** An operation that has begun; to be ended once. */
    public final class Begun {
        private final JournalEntry entry;
        private final Path file;
        private final FileChannel channel;

        private Begun(JournalEntry entry, Path file, FileChannel channel) {
            this.entry = entry;
            this.file = file;
            this.channel = channel;
        }

        public void done(String outcome) throws IOException {
            end(JournalEntry.Phase.DONE, ExitCode.OK, outcome);
        }

        public void failed(ExitCode code, String why) throws IOException {
            end(JournalEntry.Phase.FAILED, code, why);
        }

        /** It was ended before its end, by a signal or because the service ended. */
        public void interrupted(String why) throws IOException {
            end(JournalEntry.Phase.INTERRUPTED, ExitCode.CANCELLED, why);
        }

        private void end(JournalEntry.Phase phase, ExitCode code, String outcome) throws IOException {
            try (channel) {
                journal.append(entry.ended(clock.instant(), phase, code.number(), outcome));
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Writes that an operation begins, and first what became of those whose process is no more.
     *
     * @param request what is asked for, without secrets
     */
    public Begun begin(OperationId id, String verb, String user, String host, String request) throws IOException {
        JournalEntry entry = new JournalEntry(
                clock.instant(),
                id.text(),
                verb,
                JournalEntry.Phase.STARTED,
                user,
                host,
                ProcessHandle.current().pid(),
                request,
                null,
                null);
        Files.createDirectories(running);
        sweep();
        Path file = running.resolve(id.text());
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        channel.lock();
        channel.write(java.nio.ByteBuffer.wrap(
                (verb + "\n" + user + "\n" + host + "\n" + entry.pid() + "\n" + request.replace('\n', ' ') + "\n")
                        .getBytes(StandardCharsets.UTF_8)));
        channel.force(true);
        journal.append(entry);
        return new Begun(entry, file, channel);
    }

    /** Ends in the journal what was killed. */
    public void sweep() throws IOException {
        if (!Files.isDirectory(running)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(running)) {
            files = all.toList();
        }
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock != null) {
                    interrupted(file, Files.readAllLines(file));
                }
            } catch (OverlappingFileLockException e) {
                LOG.log(System.Logger.Level.DEBUG, "our own, and runs: {0}", file);
            } catch (java.nio.file.NoSuchFileException e) {
                LOG.log(System.Logger.Level.DEBUG, "has ended this very moment: {0}", file);
            }
        }
    }

    private void interrupted(Path file, List<String> lines) throws IOException {
        // A crash may come between the record of its end and this file's deletion.
        if (lines.size() == 5 && !journal.ended(running.relativize(file).toString())) {
            journal.append(new JournalEntry(
                    clock.instant(),
                    running.relativize(file).toString(),
                    lines.get(0),
                    JournalEntry.Phase.INTERRUPTED,
                    lines.get(1),
                    lines.get(2),
                    Long.parseLong(lines.get(3)),
                    lines.get(4),
                    null,
                    "its process was killed"));
        }
        Files.deleteIfExists(file);
    }
}
