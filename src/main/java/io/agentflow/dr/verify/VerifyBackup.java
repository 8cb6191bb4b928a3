package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.store.BackupFiles;
import io.agentflow.dr.store.FolderFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
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
        return verify(id, new FolderFiles(folder));
    }

    /** Reads all of it, wherever it lies. */
    public VerifyReport verify(BackupId id, BackupFiles files) {
        return read(id, files, VerifyBackup::looked, path -> true);
    }

    /**
     * Reads what is used of it into its folder: of what takes no transfer all, else the used files alone. The others must
     * be there, with their size.
     */
    public VerifyReport fetch(BackupId id, BackupFiles files, Predicate<String> used) {
        Predicate<String> kept = used.or(VerifyBackup::looked);
        return read(id, files, kept, files.remote() ? kept : path -> true);
    }

    /** What has to lie on this machine in order to be compared. */
    private static boolean looked(String path) {
        return path.equals(Manifest.FILE.text()) || path.endsWith(".sha256") || path.equals("data/toc.dat");
    }

    private VerifyReport read(BackupId id, BackupFiles files, Predicate<String> kept, Predicate<String> wanted) {
        Path folder = files.folder();
        long start = System.nanoTime();
        Queue<Problem> problems = new ConcurrentLinkedQueue<>();
        Queue<String> warnings = new ConcurrentLinkedQueue<>();
        AtomicLong bytes = new AtomicLong();
        archive.prepare();
        prepare(files, kept);
        // The files are read while the manifest is parsed: for a large backup reading is what takes the time.
        CompletableFuture<FolderDigests> reading =
                Concurrently.start(() -> digests(files, wanted, count -> progress(bytes.addAndGet(count))));
        Manifest manifest = manifest(id, files, problems);
        FolderDigests found = Concurrently.join(reading);
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
                files.store(),
                manifest,
                (int) found.files().values().stream()
                        .filter(file -> !file.unread())
                        .count(),
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
    public PartlyVerified begin(BackupId id, BackupFiles files) {
        Queue<Problem> problems = new ConcurrentLinkedQueue<>();
        prepare(files, VerifyBackup::looked);
        Manifest manifest = manifest(id, files, problems);
        if (manifest == null || !problems.isEmpty()) {
            new VerifyReport(
                            id,
                            files.folder(),
                            files.store(),
                            null,
                            1,
                            0,
                            Duration.ZERO,
                            List.copyOf(problems),
                            List.of())
                    .require();
            throw new IllegalStateException("a manifest without a problem was not read");
        }
        return new PartlyVerified(files, manifest);
    }

    private static void prepare(BackupFiles files, Predicate<String> kept) {
        try {
            files.prepare(kept);
        } catch (IOException e) {
            throw new OperationFailed(
                    "the folder " + files.folder() + " cannot be used: " + e.getMessage(), "Check its rights.", e);
        }
    }

    private static FolderDigests digests(BackupFiles files, Predicate<String> wanted, LongConsumer read) {
        try {
            return FolderDigests.of(files, wanted, read);
        } catch (IOException e) {
            throw new OperationFailed(
                    "the folder " + files.folder() + " cannot be read: " + e.getMessage(), "Check its rights.", e);
        }
    }

    private void progress(long bytes) {
        events.accept(new OperationEvent.Progress("verify", -1, new ByteSize(bytes).toString()));
    }

    private @Nullable Manifest manifest(BackupId id, BackupFiles files, Queue<Problem> problems) {
        String name = Manifest.FILE.text();
        try {
            files.bring(name);
            files.bring(Manifest.SUM_FILE.text());
            Manifest manifest = readAgainstSeal(files.folder(), problems);
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
