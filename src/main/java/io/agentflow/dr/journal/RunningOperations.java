package io.agentflow.dr.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Requester;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Writes the beginning and the end of operations into the journal. While one runs, a file in {@code running} is locked:
 * the kernel gives the lock up however the process dies, and the next start writes that the operation was interrupted.
 */
public final class RunningOperations {
    private static final System.Logger LOG = System.getLogger(RunningOperations.class.getName());

    /** Longer than this no process needs to begin an operation. */
    private static final Duration BEGINNING = Duration.ofHours(1);

    private static final String UNSEEN = ".";

    private final Journal journal;
    private final Path running;
    private final Clock clock;
    /** Of this process. To open and close one of these files would give its lock up. */
    private final Set<String> own = ConcurrentHashMap.newKeySet();

    public RunningOperations(Path stateFolder, Clock clock) {
        this.journal = Journal.in(stateFolder);
        this.running = stateFolder.resolve("running");
        this.clock = clock;
    }

    /** How many records the journal has. @throws io.agentflow.dr.core.VerificationFailed if it is broken */
    public long records() throws IOException {
        return journal.records();
    }

    /** Where a broken journal was put aside, until somebody has looked into it; empty if none was. */
    public Optional<Path> brokenJournal() throws IOException {
        return journal.putAside();
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

        public JournalHead done(ExitCode code, String outcome) throws IOException {
            return end(JournalEntry.Phase.DONE, code, outcome);
        }

        public JournalHead failed(ExitCode code, String why) throws IOException {
            return end(code == ExitCode.REFUSED ? JournalEntry.Phase.REFUSED : JournalEntry.Phase.FAILED, code, why);
        }

        /** It was ended before its end, by a signal or because the service ended. */
        public JournalHead interrupted(String why) throws IOException {
            return end(JournalEntry.Phase.INTERRUPTED, ExitCode.CANCELLED, why);
        }

        private JournalHead end(JournalEntry.Phase phase, ExitCode code, String outcome) throws IOException {
            try (channel) {
                JournalEntry end = entry.ended(clock.instant(), phase, code.number(), outcome);
                // If the journal cannot be written now, or the process dies here, the next start writes this end.
                JournalFiles.write(channel, line(end));
                JournalHead head = journal.append(end);
                Files.deleteIfExists(file);
                return head;
            } finally {
                own.remove(entry.operation());
            }
        }
    }

    /**
     * Writes that an operation begins.
     *
     * @param request what is asked for, without secrets
     */
    public Begun begin(OperationId id, String verb, Requester who, String request) throws IOException {
        JournalEntry entry = JournalEntry.started(clock.instant(), id.text(), verb, who, request);
        JournalFiles.create(running);
        own.add(entry.operation());
        try {
            return begin(entry);
        } catch (IOException | RuntimeException e) {
            own.remove(entry.operation());
            throw e;
        }
    }

    private Begun begin(JournalEntry entry) throws IOException {
        Path file = running.resolve(entry.operation());
        // Nobody sees it before it is locked: a sweep would take it for what a dead process left.
        Path unseen = running.resolve(UNSEEN + entry.operation());
        FileChannel channel = FileChannel.open(unseen, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            channel.lock();
            JournalFiles.write(channel, line(entry));
            Files.move(unseen, file, StandardCopyOption.ATOMIC_MOVE);
            journal.append(entry);
            return new Begun(entry, file, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(unseen);
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /**
     * Writes the one record of what is over in a moment: that a backup was looked into, or that a request was refused.
     *
     * @param code of how it ended
     */
    public void noted(OperationId id, String verb, Requester who, String request, ExitCode code, String outcome)
            throws IOException {
        JournalEntry.Phase phase = switch (code) {
            case OK -> JournalEntry.Phase.DONE;
            case REFUSED, CANCELLED -> JournalEntry.Phase.REFUSED;
            default -> JournalEntry.Phase.FAILED;
        };
        journal.append(JournalEntry.started(clock.instant(), id.text(), verb, who, request)
                .ended(clock.instant(), phase, code.number(), outcome));
    }

    private static String line(JournalEntry entry) {
        return ChainedLine.unchained(entry) + "\n";
    }

    /**
     * Ends in the journal what was killed. By one thread at a time: a lock is the process's, and no thread may ask for one
     * that another has.
     *
     * @param killed is handed each that was killed, once, whichever process sweeps
     * @throws IOException if one of them could not be looked at; the others have been ended all the same
     */
    public synchronized void sweep(Consumer<JournalEntry> killed) throws IOException {
        IOException failed = null;
        for (Path file : left()) {
            try {
                sweep(file, killed);
            } catch (NoSuchFileException e) {
                LOG.log(System.Logger.Level.DEBUG, "has ended this very moment: {0}", file);
            } catch (IOException e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private List<Path> left() throws IOException {
        if (!Files.isDirectory(running)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(running)) {
            return all.filter(file -> !own.contains(operation(file))).toList();
        }
    }

    private void sweep(Path file, Consumer<JournalEntry> killed) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null && !name(file).startsWith(UNSEEN)) {
                interrupted(file, text(channel), killed);
            } else if (lock != null
                    && Files.getLastModifiedTime(file)
                            .toInstant()
                            .isBefore(clock.instant().minus(BEGINNING))) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static String operation(Path file) {
        return name(file).replaceFirst("^\\" + UNSEEN, "");
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** By the locked channel: to close another one would give the lock up. */
    private static String text(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), JournalFiles.LONGEST_LINE));
        int read = 0;
        while (read >= 0 && bytes.hasRemaining()) {
            read = channel.read(bytes);
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private void interrupted(Path file, String text, Consumer<JournalEntry> killed) throws IOException {
        JournalEntry last = null;
        for (String line : text.lines().toList()) {
            try {
                last = ChainedLine.entry(line);
            } catch (JsonProcessingException e) {
                LOG.log(System.Logger.Level.DEBUG, "killed while it wrote this: {0}", file);
            }
        }
        // It may have been killed after its end was written, and before its file was deleted.
        if (last != null && !journal.ended(last.operation())) {
            boolean torn = last.phase() == JournalEntry.Phase.STARTED;
            JournalEntry end = torn
                    ? last.ended(clock.instant(), JournalEntry.Phase.INTERRUPTED, null, "its process was killed")
                    : last;
            journal.append(end);
            if (torn) {
                killed.accept(end);
            }
        }
        Files.deleteIfExists(file);
    }
}
