package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What there is of a backup: the digest of every plain file, and what else there is. Reads what is there without asking
 * the manifest, which can be parsed meanwhile.
 *
 * @param files by path within the backup; a file that could not be read has the reason instead of a digest
 * @param others links and whatever else is neither file nor folder
 * @param folders below the backup's own
 */
record FolderDigests(Map<String, FileState> files, List<String> others, List<String> folders) {

    /** A file's size and digest; without a digest either why it could not be read, or nobody has read it. */
    record FileState(
            long bytes, @Nullable Sha256 sha256, @Nullable String why) {
        static FileState of(Digested content) {
            return new FileState(content.bytes(), content.sha256(), null);
        }

        /** Whether nothing but its size is known. */
        boolean unread() {
            return sha256 == null && why == null;
        }
    }

    /**
     * Reads what is in a folder.
     *
     * @param known files that need not be read, in the folder or not, as somebody trustworthy has found them
     * @param read gets the number of bytes of each piece that was read
     */
    static FolderDigests of(Path folder, Map<BackupPath, Digested> known, LongConsumer read) throws IOException {
        Map<String, Digested> elsewhere = known.entrySet().stream()
                .collect(Collectors.toMap(file -> file.getKey().text(), Map.Entry::getValue));
        Map<String, Long> sizes = new HashMap<>();
        List<String> others = new ArrayList<>();
        List<String> folders = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                String name = folder.relativize(path).toString().replace('\\', '/');
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    sizes.put(name, Files.size(path));
                } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    others.add(name);
                } else if (!path.equals(folder)) {
                    folders.add(name);
                }
            }
        }
        Map<String, FileState> files = new ConcurrentHashMap<>();
        elsewhere.forEach((name, content) -> files.put(name, FileState.of(content)));
        // The largest first, so that no thread is left alone with it at the end.
        List<String> largestFirst = sizes.entrySet().stream()
                .filter(file -> !came(elsewhere.get(file.getKey()), file.getValue()))
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
        Readers.each(largestFirst, name -> files.put(name, state(folder.resolve(name), read)));
        return new FolderDigests(files, others, folders);
    }

    /** A file that was cut off after its bytes came in is read like any other. */
    private static boolean came(@Nullable Digested known, long bytes) {
        return known != null && known.bytes() == bytes;
    }

    /** What a store tells of a backup without reading it, and of some of its files more. */
    static FolderDigests of(List<StoredFile> listed, Map<BackupPath, Digested> known) {
        Map<String, FileState> files = new HashMap<>();
        listed.stream()
                .filter(StoredFile::plain)
                .forEach(file -> files.put(file.path(), new FileState(file.bytes(), null, null)));
        known.forEach((path, content) -> files.put(path.text(), FileState.of(content)));
        return new FolderDigests(
                files,
                listed.stream()
                        .filter(file -> !file.plain())
                        .map(StoredFile::path)
                        .toList(),
                List.of());
    }

    private static FileState state(Path file, LongConsumer read) {
        try {
            return FileState.of(FileDigest.of(file, read));
        } catch (IOException e) {
            return new FileState(0, null, SmallFile.why(e));
        }
    }
}
