package io.agentflow.dr.verify;

import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Files of a backup taken by chance, so many that they hold a share of its bytes: others each time, so that by and by all
 * have been read. The archive's table of contents is always among them.
 */
final class Sample {
    static final String CONTENTS = "data/toc.dat";

    private final RandomGenerator random;
    private final VerifyExtent extent;

    Sample(RandomGenerator random, VerifyExtent extent) {
        this.random = random;
        this.extent = extent;
    }

    List<FileEntry> of(Manifest manifest) {
        List<FileEntry> chosen = new ArrayList<>();
        if (extent.percent() <= 0) {
            return chosen;
        }
        List<FileEntry> left = new ArrayList<>(manifest.files());
        double wanted = left.stream().mapToLong(FileEntry::bytes).sum() * extent.percent() / 100;
        left.removeIf(file -> file.path().text().equals(CONTENTS) && chosen.add(file));
        // The one that is drawn gives its place to the last: nothing else has to move.
        for (double bytes = 0;
                bytes < wanted && !left.isEmpty();
                bytes += chosen.get(chosen.size() - 1).bytes()) {
            int drawn = random.nextInt(left.size());
            FileEntry last = left.remove(left.size() - 1);
            chosen.add(drawn == left.size() ? last : left.set(drawn, last));
        }
        return chosen;
    }
}
