package io.agentflow.dr.testing;

import io.agentflow.dr.core.BackupId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The backup of repository format 1 that is kept for ever: whatever af becomes, it must read this one. */
public final class GoldenBackup {
    public static final BackupId ID = new BackupId("20261123T081836Z-auny");

    private GoldenBackup() {}

    /** Where it lies in the project. Not to be written to. */
    public static Path folder() {
        return Project.file("src/test/resources/backups/format-1").resolve(ID.text());
    }

    /** A copy of it in a store of its own. */
    public static Path copyInto(Path store) {
        Path copy = store.resolve(ID.text());
        try (Stream<Path> all = Files.walk(folder())) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.copy(path, copy.resolve(folder().relativize(path).toString()));
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
