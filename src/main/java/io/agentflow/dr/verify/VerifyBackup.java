package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Early;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.store.LocalBackup;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Verifies one backup: the manifest against its seal, every file against the manifest, nothing missing, nothing extra,
 * and the archive's table of contents against the tables that the snapshot saw.
 */
public final class VerifyBackup {
    private final ArchiveCheck archive;
    private final OperationEvents events;

    public VerifyBackup(ArchiveCheck archive, OperationEvents events) {
        this.archive = archive;
        this.events = events;
    }

    /**
     * Reads all of it.
     *
     * @param folder where its files are, published or not yet
     * @param id what its manifest must say
     */
    public VerifyReport verify(BackupId id, Path folder) {
        return verify(id, folder, Kept.at(folder));
    }

    /**
     * The same.
     *
     * @param kept where messages say that it is
     */
    public VerifyReport verify(BackupId id, Path folder, Kept kept) {
        long start = System.nanoTime();
        Queue<Problem> problems = new ConcurrentLinkedQueue<>();
        Queue<String> warnings = new ConcurrentLinkedQueue<>();
        AtomicLong bytes = new AtomicLong();
        archive.prepare();
        // The files are read while the manifest is parsed: for a large backup reading is what takes the time.
        Early<FolderDigests> reading =
                new Early<>("verify", () -> digests(folder, count -> progress(bytes.addAndGet(count))));
        Manifest manifest = manifest(id, folder, problems);
        FolderDigests found = reading.get();
        if (manifest != null) {
            new FolderCheck(manifest, found, problems).run(folder);
            if (problems.isEmpty()) {
                // Not before its digest has matched: nothing untrusted is given to a tool.
                archive.compare(folder, manifest, problems, warnings);
            }
        }
        return new VerifyReport(
                id,
                folder,
                kept,
                manifest,
                found.files().size(),
                bytes.get(),
                Duration.ofNanos(System.nanoTime() - start),
                problems.stream().sorted(Comparator.comparing(Problem::path)).toList(),
                List.copyOf(warnings));
    }

    /**
     * Reads the manifest alone, against its seal; the files are read when they are asked for.
     *
     * @throws io.agentflow.dr.core.VerificationFailed if it is not what was sealed
     */
    public PartlyVerified begin(BackupId id, LocalBackup files, Kept kept) {
        files.fetch(Set.of(Manifest.FILE.text(), Manifest.SUM_FILE.text())::contains);
        Path folder = files.folder();
        Queue<Problem> problems = new ConcurrentLinkedQueue<>();
        Manifest manifest = manifest(id, folder, problems);
        if (manifest == null || !problems.isEmpty()) {
            new VerifyReport(id, folder, kept, null, 1, 0, Duration.ZERO, List.copyOf(problems), List.of()).require();
            throw new IllegalStateException("a manifest without a problem was not read");
        }
        return new PartlyVerified(files, kept, manifest);
    }

    private static FolderDigests digests(Path folder, LongConsumer read) {
        try {
            return FolderDigests.of(folder, read);
        } catch (IOException e) {
            throw new OperationFailed(
                    "the folder " + folder + " cannot be read: " + Reason.of(e), "Check its rights.", e);
        }
    }

    private void progress(long bytes) {
        events.accept(new OperationEvent.Progress("verify", -1, new ByteSize(bytes).toString()));
    }

    private @Nullable Manifest manifest(BackupId id, Path folder, Queue<Problem> problems) {
        String name = Manifest.FILE.text();
        try {
            Manifest manifest = readAgainstSeal(folder, problems);
            if (!manifest.id().equals(id)) {
                problems.add(new Problem(name, "is that of backup " + manifest.id()));
            }
            return problems.isEmpty() ? manifest : null;
        } catch (ManifestDamagedException e) {
            problems.add(new Problem(name, e.fact()));
        } catch (IOException e) {
            problems.add(new Problem(name, SmallFile.why(e)));
        }
        return null;
    }

    /** In one pass and without a copy in memory, whatever its length; what stands in it counts only with its seal. */
    private static Manifest readAgainstSeal(Path folder, Queue<Problem> problems) throws IOException {
        try (DigestingStream json = new DigestingStream(SmallFile.open(Manifest.FILE.in(folder)))) {
            try {
                return ManifestJson.read(json);
            } finally {
                json.transferTo(OutputStream.nullOutputStream());
                Digested read = json.result();
                compareSeal(folder, read.sha256(), problems);
            }
        }
    }

    private static void compareSeal(Path folder, Sha256 read, Queue<Problem> problems) {
        String name = Manifest.FILE.text();
        try {
            if (!SmallFile.text(Manifest.SUM_FILE.in(folder)).equals(read.sumLine(name))) {
                problems.add(new Problem(name, "is not what its seal " + Manifest.SUM_FILE + " says"));
            }
        } catch (IOException e) {
            problems.add(new Problem(Manifest.SUM_FILE.text(), SmallFile.why(e)));
        }
    }
}
