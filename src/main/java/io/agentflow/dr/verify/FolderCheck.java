package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.manifest.BackupPath;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Compares the files in a backup's folder with what the manifest says must be there: all of it and nothing else. */
final class FolderCheck {
    private final Path folder;
    private final Manifest manifest;
    private final Queue<Problem> problems;

    FolderCheck(Path folder, Manifest manifest, Queue<Problem> problems) {
        this.folder = folder;
        this.manifest = manifest;
        this.problems = problems;
    }

    /**
     * Reads and compares everything.
     *
     * @return how many files were read
     */
    int run(LongConsumer read) {
        List<FileEntry> largestFirst = manifest.files().stream()
                .sorted(Comparator.comparing(FileEntry::bytes).reversed())
                .toList();
        // One file a time and thread: the largest first, so that no thread is left alone with it at the end.
        Readers.each(largestFirst, file -> compare(file, read));
        manifest.sumFiles().forEach(this::compareSums);
        extras();
        return largestFirst.size();
    }

    private void compare(FileEntry file, LongConsumer read) {
        Path path = file.path().in(folder);
        try {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                found(file, Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? "is not a plain file" : "is missing");
            } else if (Files.size(path) != file.bytes()) {
                found(file, "has " + Files.size(path) + " bytes, the manifest says " + file.bytes());
            } else {
                Digested content = FileDigest.of(path, read);
                if (!content.sha256().equals(file.sha256())) {
                    found(
                            file,
                            "SHA-256 is " + content.sha256().abbreviated() + ", the manifest says "
                                    + file.sha256().abbreviated());
                }
            }
        } catch (IOException e) {
            found(file, SmallFile.why(e));
        }
    }

    private void found(FileEntry file, String problem) {
        problems.add(new Problem(file.path().text(), problem));
    }

    private void compareSums(BackupPath path, String expected) {
        try {
            if (!SmallFile.text(path.in(folder)).equals(expected)) {
                problems.add(new Problem(path.text(), "differs from the manifest"));
            }
        } catch (IOException e) {
            problems.add(new Problem(path.text(), SmallFile.why(e)));
        }
    }

    private void extras() {
        Set<String> known = new HashSet<>(Set.of(Manifest.FILE.text(), Manifest.SUM_FILE.text()));
        manifest.files().forEach(f -> known.add(f.path().text()));
        manifest.sumFiles().keySet().forEach(p -> known.add(p.text()));
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                String name = folder.relativize(path).toString().replace('\\', '/');
                if (!known.contains(name) && !path.equals(folder)) {
                    extra(path, name, known);
                }
            }
        } catch (IOException e) {
            problems.add(new Problem(".", SmallFile.why(e)));
        }
    }

    private void extra(Path path, String name, Set<String> known) throws IOException {
        boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        if (directory && (name.equals(EvidenceFile.FOLDER) || known.stream().anyMatch(k -> k.startsWith(name + "/")))) {
            return;
        }
        Optional<EvidenceFile> evidence = name.startsWith(EvidenceFile.FOLDER + "/")
                ? EvidenceFile.parse(name.substring(EvidenceFile.FOLDER.length() + 1))
                : Optional.empty();
        if (evidence.isEmpty() || !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            problems.add(new Problem(name, "does not belong to the backup"));
        } else if (!evidence.get().holds(FileDigest.of(path).sha256())) {
            problems.add(new Problem(
                    name, "is not what was written (evidence is no part of the data: move this file away to go on)"));
        }
    }
}
