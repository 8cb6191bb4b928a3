package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.store.BackupFiles;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
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

    /**
     * A file's size, and its digest or why it has none; neither when nobody wanted to read it.
     */
    record FileState(
            long bytes,
            @Nullable Digested content,
            @Nullable String why) {
        boolean unread() {
            return content == null && why == null;
        }
    }

    static FolderDigests of(BackupFiles backup, Predicate<String> wanted, LongConsumer read) throws IOException {
        BackupFiles.Contents contents = backup.contents();
        Map<String, Long> sizes = contents.sizes();
        // The largest first, so that no thread is left alone with it at the end.
        List<String> largestFirst = sizes.keySet().stream()
                .sorted(Comparator.comparing(sizes::get).reversed())
                .toList();
        Map<String, FileState> files = new ConcurrentHashMap<>();
        Readers.each(
                largestFirst,
                backup.readers(),
                name -> files.put(name, state(backup, name, sizes.getOrDefault(name, 0L), wanted, read)));
        return new FolderDigests(files, contents.others(), contents.folders());
    }

    private static FileState state(
            BackupFiles backup, String name, long bytes, Predicate<String> wanted, LongConsumer read) {
        if (!wanted.test(name)) {
            return new FileState(bytes, null, null);
        }
        try {
            return new FileState(bytes, backup.read(name, read), null);
        } catch (IOException e) {
            return new FileState(bytes, null, SmallFile.why(e));
        }
    }
}
