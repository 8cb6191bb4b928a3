package io.agentflow.dr.store;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.ShellWord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of a backup in a folder of this machine: read where they are. */
public record FolderFiles(Path folder) implements BackupFiles {

    @Override
    public String store() {
        Path store = folder.getParent();
        return store == null ? "" : ShellWord.of(store.toString());
    }

    @Override
    public boolean remote() {
        return false;
    }

    @Override
    public int readers() {
        return Runtime.getRuntime().availableProcessors();
    }

    @Override
    public Contents contents() throws IOException {
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
        return new Contents(sizes, others, folders);
    }

    /** They take no room but their own. */
    @Override
    public void prepare(Predicate<String> wanted) {}

    /** They are there, or they are missing. */
    @Override
    public void bring(String path) {}

    @Override
    public Digested read(String path, LongConsumer progress) throws IOException {
        return FileDigest.of(folder.resolve(path), progress);
    }

    /** Nothing is held. */
    @Override
    public void close() {}
}
