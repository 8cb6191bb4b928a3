package io.agentflow.dr.journal;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.VerificationFailed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
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

    /** Writes one record behind the last one. @return where the journal ends now */
    public synchronized JournalHead append(JournalEntry entry) throws IOException {
        JournalFiles.create(files.folder());
        try (FileChannel lock = FileChannel.open(
                        files.folder().resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock.lock()) {
            JournalHead last = last();
            if (held.isValid()) {
                files.rotate(mostBytes);
            }
            ChainedLine next = ChainedLine.after(last.number() + 1, last.hash(), entry);
            files.append(next);
            return next.head();
        }
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
        for (Path file : files.all()) {
            try (StrictLines lines = new StrictLines(file)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    ChainedLine record = ChainedLine.parse(file, lines.number(), line);
                    requireNext(file, lines.number(), last, record);
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
        requireHead(before, last);
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

    private void requireHead(JournalHead before, JournalHead last) throws IOException {
        JournalHead said = files.head();
        if (said.number() > last.number() && !said.equals(before) && before.number() <= last.number()) {
            // Somebody has written since the last line was read.
            return;
        }
        // A crash may come between a record and the head that names it.
        boolean behind = said.number() == last.number() - 1;
        if (!said.equals(last) && !behind) {
            throw files.tamperedHead(
                    "names record " + said.number() + " as the last one, and the last one is " + last.number());
        }
    }

    /** Wants that there is one. @throws NotFound if it is gone altogether, or none was ever written */
    public Journal require() {
        if (!Files.isDirectory(files.folder())) {
            throw new NotFound(
                    "there is no journal in " + files.folder(),
                    "If operations have run with this af.state-dir, somebody took it away.");
        }
        return this;
    }
}
