package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is in a backup's folder: the digest of every plain file, and what else there is. Reads what is there without
 * asking the manifest, which can be parsed meanwhile.
 *
 * @param files by path within the folder; a file that could not be read has the reason instead of a digest
 * @param others links and whatever else is neither file nor folder
 * @param folders below the backup's own
 */
record FolderDigests(Map<String, FileState> files, List<String> others, List<String> folders) {

    /** A file's digest, or why it has none. */
    record FileState(@Nullable Digested content, @Nullable String why) {}

    static FolderDigests of(Path folder, LongConsumer read) throws IOException {
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
        // The largest first, so that no thread is left alone with it at the end.
        List<String> largestFirst = sizes.keySet().stream()
                .sorted(Comparator.comparing(sizes::get).reversed())
                .toList();
        Map<String, FileState> files = new ConcurrentHashMap<>();
        Readers.each(largestFirst, name -> files.put(name, state(folder.resolve(name), read)));
        return new FolderDigests(files, others, folders);
    }

    private static FileState state(Path file, LongConsumer read) {
        try {
            return new FileState(FileDigest.of(file, read), null);
        } catch (IOException e) {
            return new FileState(null, SmallFile.why(e));
        }
    }
}
