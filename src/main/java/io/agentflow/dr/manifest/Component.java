package io.agentflow.dr.manifest;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** One component of a backup and the files it is made of, by path. */
public record Component(ComponentKind kind, List<FileEntry> files) {

    public Component {
        files = files.stream().sorted(Comparator.comparing(FileEntry::path)).toList();
    }

    public long bytes() {
        return files.stream().mapToLong(FileEntry::bytes).sum();
    }

    /** What {@code sha256sum -c} reads. */
    public String sumLines() {
        return files.stream().map(f -> f.sha256().sumLine(f.path().text())).collect(Collectors.joining());
    }
}
