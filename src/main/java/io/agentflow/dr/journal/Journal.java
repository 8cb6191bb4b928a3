package io.agentflow.dr.journal;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.UtcStamp;
import io.agentflow.dr.core.VerificationFailed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The journal in a folder: {@code journal.jsonl}, what was rotated away as {@code journal-<number of its first
 * record>.jsonl}, and {@code journal.head}, which names the last record, so that one cut off at the end is missed. A
 * record is on the disk when {@link #append} returns. Several processes may write.
 */
public final class Journal {
    private static final String LOCK = "journal.lock";
    private static final long MOST_BYTES = 32L * 1024 * 1024;

    private final JournalFiles files;
    private final long mostBytes;

    /** @param folder made when the first record is written, for its owner alone */
    public Journal(Path folder) {
        this(folder, MOST_BYTES);
    }

    /** @param mostBytes when a file has so many, the next record begins another */
    Journal(Path folder, long mostBytes) {
        this.files = new JournalFiles(folder);
        this.mostBytes = mostBytes;
    }

    /** The one in af's folder of state. */
    public static Journal in(Path state) {
        return new Journal(state.resolve("journal"));
    }

    /** Writes one record behind the last one. @return where the journal ends now */
    public synchronized JournalHead append(JournalEntry entry) throws IOException {
        JournalFiles.create(files.folder());
        try (FileChannel lock = FileChannel.open(
                        files.folder().resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock.lock()) {
            try {
                return chained(entry, held);
            } catch (VerificationFailed e) {
                // Whoever breaks one byte must not have all that comes after it go unwritten.
                chained(broken(entry, files.putAside(entry.at()), e), held);
                return chained(entry, held);
            }
        }
    }

    private JournalHead chained(JournalEntry entry, FileLock held) throws IOException {
        JournalHead last = last();
        if (held.isValid()) {
            files.rotate(mostBytes);
        }
        ChainedLine next = ChainedLine.after(last.number() + 1, last.hash(), entry);
        files.append(next);
        return next.head();
    }

    /** The first record of the chain that takes the place of a broken one. */
    private static JournalEntry broken(JournalEntry found, Path aside, VerificationFailed why) {
        String suffix = found.operation().substring(found.operation().lastIndexOf('-') + 1);
        return new JournalEntry(
                found.at(),
                // Not the operation's own: this is not its end.
                UtcStamp.of(found.at()) + "-journal-" + suffix,
                "journal",
                JournalEntry.Phase.FAILED,
                found.user(),
                found.key(),
                found.host(),
                found.from(),
                found.pid(),
                "new chain of the journal, before " + found.operation(),
                why.exitCode().number(),
                why.fact() + "; what there was is in " + aside.getFileName());
    }

    /** How many records there are, as the head says. */
    long records() throws IOException {
        return files.head().number();
    }

    /** Where a broken journal was put aside; empty if none was. */
    Optional<Path> putAside() throws IOException {
        return files.putAside().stream().findFirst();
    }

    /** Where records were cut off, the next one follows what the head names: the gap stays to be seen. */
    private JournalHead last() throws IOException {
        ChainedLine written = files.last();
        JournalHead said = files.head();
        return written == null || said.number() > written.number() ? said : written.head();
    }

    /** Whether there is a record that ends this operation. */
    boolean ended(String operation) throws IOException {
        for (Path file : files.all()) {
            // As bytes: a letter that somebody has broken must not keep this from being told.
            try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
                if (lines.anyMatch(line -> line.contains("\"operation\":\"" + operation + "\"")
                        && !line.contains("\"phase\":\"started\""))) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The newest operation of this verb that has ended. The chain is not followed: what is no record is passed over.
     *
     * @param which chooses among those
     */
    public Optional<Attempt> last(String verb, Predicate<Attempt> which) throws IOException {
        List<Path> newestFirst = new ArrayList<>(files.all());
        Collections.reverse(newestFirst);
        for (Path file : newestFirst) {
            Attempt last = null;
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Attempt one = ended(file, verb, line);
                    last = one != null && which.test(one) ? one : last;
                }
            }
            if (last != null) {
                return Optional.of(last);
            }
        }
        return Optional.empty();
    }

    private static @Nullable Attempt ended(Path file, String verb, String line) {
        if (!line.contains("\"verb\":\"" + verb + "\"") || line.contains("\"phase\":\"started\"")) {
            return null;
        }
        try {
            JsonNode record = ChainedLine.parse(file, 0, line).json();
            return new Attempt(
                    Instant.parse(record.path("at").asText()),
                    record.path("operation").asText(),
                    record.path("request").asText(),
                    record.path("exitCode").isInt() ? record.path("exitCode").intValue() : null,
                    record.path("outcome").asText());
        } catch (VerificationFailed | DateTimeParseException e) {
            return null;
        }
    }

    /** Reads every record, oldest first, and follows the chain. */
    public JournalHead read(Consumer<JsonNode> each) throws IOException {
        return read(each, null);
    }

    /**
     * Reads every record, oldest first, and follows the chain.
     *
     * @param known where it ended at an earlier time; null if nobody noted that down
     * @return where it ends; record 0 if there is none
     * @throws VerificationFailed at the first that is not what was written, or missing
     */
    public JournalHead read(Consumer<JsonNode> each, @Nullable JournalHead known) throws IOException {
        JournalHead before = files.head();
        JournalHead last = JournalHead.BEGINNING;
        JournalHead previous = last;
        for (Path file : files.all()) {
            try (StrictLines lines = new StrictLines(file)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    ChainedLine record = ChainedLine.parse(file, lines.number(), line);
                    requireNext(file, lines.number(), last, record);
                    previous = last;
                    last = record.head();
                    requireSame(file, lines.number(), last, known);
                    each.accept(record.json());
                }
            }
        }
        if (known != null && known.number() > last.number()) {
            throw ChainedLine.tampered(
                    files.folder(),
                    0,
                    "had a record " + known.number() + " once, and ends with " + last.number() + " now",
                    null);
        }
        requireHead(before, last, previous);
        requireNothingAside();
        requireRecords(last);
        return last;
    }

    private static void requireSame(Path file, long number, JournalHead record, @Nullable JournalHead known) {
        if (known != null && known.number() == record.number() && !known.equals(record)) {
            throw ChainedLine.tampered(
                    file, number, "is not the record " + known.number() + " that there was once", null);
        }
    }

    private static void requireNext(Path file, long line, JournalHead last, ChainedLine record) {
        if (record.number() != last.number() + 1 || !record.previous().equals(last.hash())) {
            throw ChainedLine.tampered(file, line, "does not follow the record before it", null);
        }
    }

    private void requireHead(JournalHead before, JournalHead last, JournalHead previous) throws IOException {
        JournalHead said = files.head();
        if (said.number() > last.number() && !said.equals(before) && before.number() <= last.number()) {
            // Somebody has written since the last line was read.
            return;
        }
        // A crash may come between a record and the head that names it.
        boolean behind = said.equals(previous);
        if (!said.equals(last) && !behind) {
            throw files.tamperedHead(
                    "names record " + said.number() + " as the last one, and the last one is " + last.number());
        }
    }

    private void requireNothingAside() throws IOException {
        Optional<Path> aside = putAside();
        if (aside.isPresent()) {
            throw new VerificationFailed(
                    "the journal was tampered with: it was broken, and is put aside in "
                            + aside.get().getFileName(),
                    "Look into it, keep it as evidence, and move it elsewhere: what follows is whole.",
                    null);
        }
    }

    private void requireRecords(JournalHead last) {
        if (last.equals(JournalHead.BEGINNING) && hasRun()) {
            throw ChainedLine.tampered(files.folder(), 0, "holds no record, and operations have run", null);
        }
    }

    /** Whether there is something beside the records that only an operation makes. */
    private boolean hasRun() {
        Path folder = files.folder();
        return Files.exists(folder.resolve(LOCK))
                || Files.isDirectory(folder.resolveSibling("running"))
                || Files.isDirectory(folder.resolveSibling("requests"));
    }

    /**
     * Wants that there is one.
     *
     * @throws NotFound if none was ever written
     * @throws VerificationFailed if it is gone altogether
     */
    public Journal require() {
        if (!Files.isDirectory(files.folder()) && hasRun()) {
            throw ChainedLine.tampered(files.folder(), 0, "is gone, and operations have run", null);
        }
        if (!Files.isDirectory(files.folder())) {
            throw new NotFound(
                    "there is no journal in " + files.folder(),
                    "If operations have run with this af.state-dir, somebody took it away.");
        }
        return this;
    }
}
