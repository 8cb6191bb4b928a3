package io.agentflow.dr.journal;

import io.agentflow.dr.core.UtcStamp;
import io.agentflow.dr.core.VerificationFailed;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a journal: which there are, their order, and how a line gets onto the disk. */
final class JournalFiles {
    private static final String CURRENT = "journal.jsonl";
    private static final String HEAD = "journal.head";
    private static final String BROKEN = "broken-";
    /** In bytes. Texts are cut, so that none is nearly as long; an older af did not cut them. */
    static final int LONGEST_LINE = 8 * 1024 * 1024;

    private static final int BLOCK = 16 * 1024;

    private final Path folder;

    JournalFiles(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    private Path headFile() {
        return folder.resolve(HEAD);
    }

    /** What the head says is the last record; record 0 if there is no head. */
    JournalHead head() throws IOException {
        try {
            return Files.exists(headFile()) ? JournalHead.parse(Files.readString(headFile())) : JournalHead.BEGINNING;
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw ChainedLine.tampered(headFile(), 1, "is no head of a journal", e);
        }
    }

    VerificationFailed tamperedHead(String how) {
        return ChainedLine.tampered(headFile(), 1, how, null);
    }

    /** Makes a folder for its owner alone: what was asked for is nobody else's business. */
    static void create(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    /** All that hold records, oldest first. */
    List<Path> all() throws IOException {
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

    /** The folders of journals that were broken, oldest first. */
    List<Path> putAside() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().startsWith(BROKEN))
                    .sorted()
                    .toList();
        }
    }

    /** Puts all that there is into a folder whose name says that it is broken. @return the folder */
    Path putAside(Instant now) throws IOException {
        Path aside = folder.resolve(BROKEN + UtcStamp.of(now));
        for (int next = 2; Files.exists(aside); next++) {
            aside = folder.resolve(BROKEN + UtcStamp.of(now) + "-" + next);
        }
        create(aside);
        // The head last: a crash on the way leaves a gap that is seen, and no chain that looks whole.
        for (Path file : all()) {
            Files.move(file, aside.resolve(String.valueOf(file.getFileName())), StandardCopyOption.ATOMIC_MOVE);
        }
        if (Files.exists(headFile())) {
            Files.move(headFile(), aside.resolve(HEAD), StandardCopyOption.ATOMIC_MOVE);
        }
        try (FileChannel moved = FileChannel.open(aside, StandardOpenOption.READ)) {
            moved.force(true);
        }
        return aside;
    }

    /** Puts the current file aside when it has so many bytes. */
    void rotate(long mostBytes) throws IOException {
        Path current = folder.resolve(CURRENT);
        if (Files.exists(current) && Files.size(current) >= mostBytes) {
            Files.move(current, folder.resolve(rotated(first(current))), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static String rotated(long first) {
        return String.format(Locale.ROOT, "journal-%012d.jsonl", first);
    }

    private static long first(Path file) throws IOException {
        try (StrictLines lines = new StrictLines(file)) {
            String line = lines.next();
            return line == null ? 0 : ChainedLine.parse(file, 1, line).number();
        }
    }

    /** Writes a line behind the last one, then the head that names it; both are on the disk when it returns. */
    void append(ChainedLine line) throws IOException {
        write(folder.resolve(CURRENT), line.text() + "\n", StandardOpenOption.APPEND);
        Path renamed = folder.resolve(HEAD + ".new");
        write(renamed, line.head() + "\n", StandardOpenOption.TRUNCATE_EXISTING);
        Files.move(renamed, headFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // A new file, and what was renamed, survive a power cut only with their folder.
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    static void write(Path file, String text, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
            write(channel, text);
        }
    }

    static void write(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    /**
     * The last record; a piece of one that a crash left behind it is taken away: nobody was told that it was written.
     */
    @Nullable
    ChainedLine last() throws IOException {
        List<Path> files = all();
        for (int i = files.size() - 1; i >= 0; i--) {
            try (FileChannel channel =
                    FileChannel.open(files.get(i), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long end = lineFeedBefore(channel, channel.size()) + 1;
                if (end < channel.size()) {
                    channel.truncate(end);
                }
                if (end > 1) {
                    long begin = lineFeedBefore(channel, end - 1) + 1;
                    return ChainedLine.parse(
                            files.get(i), 0, new String(bytes(channel, begin, end - 1), StandardCharsets.UTF_8));
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

    private static byte[] bytes(FileChannel channel, long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position()) < 0) {
                throw new EOFException("the journal became shorter while it was read");
            }
        }
        return bytes.array();
    }
}
