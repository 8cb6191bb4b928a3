package io.agentflow.dr.journal;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentflow.dr.core.VerificationFailed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The journal in a folder: {@code journal.jsonl}, what was rotated away as {@code journal-<number of its first
 * record>.jsonl}, and {@code journal.head}, which names the last record, so that one cut off at the end is missed. A
 * record is on the disk when {@link #append} returns. Several processes may write.
 */
public final class Journal {
    private static final String CURRENT = "journal.jsonl";
    private static final String HEAD = "journal.head";
    private static final String LOCK = "journal.lock";
    private static final long MOST_BYTES = 32L * 1024 * 1024;
    private static final int BLOCK = 16 * 1024;

    private final Path folder;
    private final long mostBytes;

    /** @param folder made when the first record is written, for its owner alone */
    public Journal(Path folder) {
        this(folder, MOST_BYTES);
    }

    /** @param mostBytes when a file has so many, the next record begins another */
    Journal(Path folder, long mostBytes) {
        this.folder = folder;
        this.mostBytes = mostBytes;
    }

    /** Writes one record behind the last one. */
    public synchronized void append(JournalEntry entry) throws IOException {
        create(folder);
        try (FileChannel lock =
                        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock.lock()) {
            Path file = folder.resolve(CURRENT);
            ChainedLine last = last();
            if (held.isValid() && Files.exists(file) && Files.size(file) >= mostBytes) {
                Files.move(file, folder.resolve(rotated(first(file))), StandardCopyOption.ATOMIC_MOVE);
            }
            ChainedLine next = ChainedLine.after(
                    last == null ? 1 : last.number() + 1, last == null ? ChainedLine.BEGINNING : last.hash(), entry);
            write(file, next.text() + "\n", StandardOpenOption.APPEND);
            Path head = folder.resolve(HEAD);
            Path renamed = folder.resolve(HEAD + ".new");
            write(renamed, next.number() + " " + next.hash() + "\n", StandardOpenOption.TRUNCATE_EXISTING);
            Files.move(renamed, head, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void create(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                Files.createDirectories(folder);
            }
        }
    }

    private static void write(Path file, String text, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static String rotated(long first) {
        return String.format(java.util.Locale.ROOT, "journal-%012d.jsonl", first);
    }

    private static long first(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String line = lines.readLine();
            return line == null ? 0 : parse(file, 1, line).number();
        }
    }

    /** The last record; a piece of one that a crash left behind it is taken away: nobody was told that it was written. */
    private @org.jspecify.annotations.Nullable ChainedLine last() throws IOException {
        List<Path> files = files();
        for (int i = files.size() - 1; i >= 0; i--) {
            try (FileChannel channel =
                    FileChannel.open(files.get(i), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long end = lineFeedBefore(channel, channel.size()) + 1;
                if (end < channel.size()) {
                    channel.truncate(end);
                }
                if (end > 1) {
                    long begin = lineFeedBefore(channel, end - 1) + 1;
                    return parse(files.get(i), 0, text(channel, begin, end - 1));
                }
            }
        }
        return null;
    }

    /** Where the last line feed is before this place, or -1; however long a line is, it is found. */
    private static long lineFeedBefore(FileChannel channel, long end) throws IOException {
        for (long from = end; from > 0; ) {
            long to = from;
            from = Math.max(0, to - BLOCK);
            byte[] block = bytes(channel, from, to);
            for (int i = block.length - 1; i >= 0; i--) {
                if (block[i] == '\n') {
                    return from + i;
                }
            }
        }
        return -1;
    }

    private static String text(FileChannel channel, long from, long to) throws IOException {
        return new String(bytes(channel, from, to), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(FileChannel channel, long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position()) < 0) {
                throw new java.io.EOFException("the journal became shorter while it was read");
            }
        }
        return bytes.array();
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> rotated = all.filter(
                            file -> file.getFileName().toString().matches("journal-\\d+\\.jsonl"))
                    .sorted()
                    .toList();
            Path current = folder.resolve(CURRENT);
            return Files.exists(current)
                    ? Stream.concat(rotated.stream(), Stream.of(current)).toList()
                    : rotated;
        }
    }

    /**
     * Reads every record, oldest first, and follows the chain.
     *
     * @return how many there are
     * @throws VerificationFailed at the first that is not what was written, or missing
     */
    public long read(Consumer<JsonNode> each) throws IOException {
        String previous = ChainedLine.BEGINNING;
        long count = 0;
        for (Path file : files()) {
            try (BufferedReader lines = Files.newBufferedReader(file)) {
                long number = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    number++;
                    ChainedLine record = parse(file, number, line);
                    if (record.number() != count + 1 || !record.previous().equals(previous)) {
                        throw tampered(file, number, "does not follow the record before it", null);
                    }
                    previous = record.hash();
                    count++;
                    each.accept(record.json());
                }
            }
        }
        requireHead(count, previous);
        return count;
    }

    /** Whether there is a record that ends this operation; the chain is not followed. */
    boolean ended(String operation) throws IOException {
        String named = "\"operation\":\"" + operation + "\"";
        for (Path file : files()) {
            try (Stream<String> lines = Files.lines(file)) {
                if (lines.anyMatch(line -> line.contains(named) && !line.contains("\"phase\":\"started\""))) {
                    return true;
                }
            }
        }
        return false;
    }

    private void requireHead(long count, String hash) throws IOException {
        Path head = folder.resolve(HEAD);
        String[] said = Files.exists(head) ? Files.readString(head).strip().split(" ", -1) : new String[] {"0", ""};
        long number = said[0].matches("\\d{1,18}") ? Long.parseLong(said[0]) : Long.MAX_VALUE;
        // A crash may come between a record and the head that names it.
        if (number > count || number < count - 1 || (number == count && count > 0 && !hash.equals(said[1]))) {
            throw tampered(head, 1, "names record " + said[0] + " as the last one, and there are " + count, null);
        }
    }

    private static ChainedLine parse(Path file, long number, String line) {
        try {
            return ChainedLine.parse(line);
        } catch (IllegalArgumentException e) {
            throw tampered(file, number, String.valueOf(e.getMessage()), e);
        }
    }

    private static VerificationFailed tampered(
            Path file, long number, String how, @org.jspecify.annotations.Nullable Throwable cause) {
        return new VerificationFailed(
                "the journal was tampered with: " + file.getFileName() + " line " + number + " " + how,
                "Keep the folder " + file.getParent() + " as evidence, and begin a new one: af.state-dir",
                cause);
    }
}
