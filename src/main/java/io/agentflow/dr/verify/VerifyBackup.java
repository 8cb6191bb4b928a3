package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Early;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.store.StoredFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies one backup: the manifest against its seal, every file against the manifest, nothing missing, nothing extra,
 * and the archive's table of contents against the tables that the snapshot saw.
 */
public final class VerifyBackup {
    private final ArchiveCheck archive;
    private final OperationEvents events;
    private final Decryption decryption;
    private final ReadManifest manifests;
    private final RandomGenerator random = RandomGenerator.getDefault();

    /** Believes every manifest that fits its seal. */
    public VerifyBackup(ArchiveCheck archive, Decryption decryption, OperationEvents events) {
        this(archive, decryption, Signatures.NONE, events);
    }

    /** @param signatures whose are believed */
    public VerifyBackup(ArchiveCheck archive, Decryption decryption, Signatures signatures, OperationEvents events) {
        this.archive = archive;
        this.decryption = decryption;
        this.manifests = new ReadManifest(signatures);
        this.events = events;
    }

    /**
     * Reads all of it.
     *
     * @param folder where its files are, published or not yet
     * @param id what its manifest must say
     */
    public VerifyReport verify(BackupId id, Path folder) {
        return verify(id, folder, Map.of(), Kept.at(folder));
    }

    /**
     * The same.
     *
     * @param known files that need not be read, in the folder or not, as somebody trustworthy has found them
     * @param kept where messages say that it is
     */
    public VerifyReport verify(BackupId id, Path folder, Map<BackupPath, Digested> known, Kept kept) {
        long start = System.nanoTime();
        Queue<Problem> problems = new ConcurrentLinkedQueue<>();
        Queue<String> warnings = new ConcurrentLinkedQueue<>();
        AtomicLong bytes = new AtomicLong();
        archive.prepare();
        // The files are read while the manifest is parsed: for a large backup reading is what takes the time.
        Early<FolderDigests> reading =
                new Early<>("verify", () -> digests(folder, known, count -> progress(bytes.addAndGet(count))));
        ReadManifest.Found read = manifests.read(id, folder, problems);
        Manifest manifest = read.manifest();
        FolderDigests found = reading.get();
        if (manifest != null) {
            new FolderCheck(manifest, found, problems).run(folder);
            if (problems.isEmpty() && !manifest.encrypted()) {
                // Not before its digest has matched: nothing untrusted is given to a tool.
                archive.compare(folder, manifest, problems, warnings);
            }
        }
        known.values().forEach(file -> bytes.addAndGet(file.bytes()));
        return report(id, folder, kept, manifest, found.files().size(), bytes.get(), start, problems, warnings)
                .signedBy(read.signedBy());
    }

    private static VerifyReport report(
            BackupId id,
            Path folder,
            Kept kept,
            @Nullable Manifest manifest,
            int files,
            long bytes,
            long start,
            Queue<Problem> problems,
            Queue<String> warnings) {
        return new VerifyReport(
                id,
                folder,
                kept,
                manifest,
                files,
                bytes,
                Duration.ofNanos(System.nanoTime() - start),
                problems.stream().sorted(Comparator.comparing(Problem::path)).toList(),
                List.copyOf(warnings));
    }

    /**
     * Reads a part of it, and compares the sizes of the rest as the store tells them.
     *
     * @param listed all that lies in the store of the backup
     */
    public VerifyReport sample(
            BackupId id, LocalBackup files, List<StoredFile> listed, VerifyExtent extent, Kept kept) {
        long start = System.nanoTime();
        Queue<Problem> problems = new ConcurrentLinkedQueue<>();
        Queue<String> warnings = new ConcurrentLinkedQueue<>();
        files.fetch(ReadManifest.FILES::contains);
        ReadManifest.Found sealed = manifests.read(id, files.folder(), problems);
        Manifest manifest = sealed.manifest();
        Map<BackupPath, Digested> read = new ConcurrentHashMap<>();
        if (manifest != null) {
            List<FileEntry> chosen = new Sample(random, extent).of(manifest);
            Set<String> names = chosen.stream().map(file -> file.path().text()).collect(Collectors.toSet());
            files.fetch(names::contains);
            Readers.each(chosen, file -> read(file, files, read, problems));
            new FolderCheck(manifest, FolderDigests.of(listed, read), problems).run(files.folder());
            if (problems.isEmpty() && !manifest.encrypted() && names.contains(Sample.CONTENTS)) {
                archive.compare(files.folder(), manifest, problems, warnings);
            }
        }
        long bytes = read.values().stream().mapToLong(Digested::bytes).sum();
        return report(id, files.folder(), kept, manifest, read.size(), bytes, start, problems, warnings)
                .signedBy(sealed.signedBy());
    }

    private static void read(
            FileEntry file, LocalBackup files, Map<BackupPath, Digested> read, Queue<Problem> problems) {
        Digested arrived = files.arrived().get(file.path());
        Path path = file.path().in(files.folder());
        try {
            // What is not there at all is missing in the list, too, and told by that.
            if (arrived != null || Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                read.put(file.path(), arrived == null ? FileDigest.of(path) : arrived);
            }
        } catch (IOException e) {
            problems.add(new Problem(file.path().text(), SmallFile.why(e)));
        }
    }

    /**
     * Reads the manifest alone, against its seal; the files are read, and decrypted, when they are asked for.
     *
     * @throws io.agentflow.dr.core.VerificationFailed if it is not what was sealed
     * @throws io.agentflow.dr.core.Refused if it is encrypted and no identity fits
     */
    public PartlyVerified begin(BackupId id, LocalBackup files, Kept kept) {
        Manifest manifest = sealed(id, files, kept);
        return manifest.encrypted()
                ? new PartlyVerified(decryption.open(files, manifest, kept), kept, manifest.decrypted())
                : new PartlyVerified(files, kept, manifest);
    }

    /**
     * Reads the manifest alone, against its seal and whatever signature is asked for, as it stands there.
     *
     * @throws io.agentflow.dr.core.VerificationFailed if it is not what was sealed
     * @throws io.agentflow.dr.core.Refused if nobody who is trusted has signed it
     */
    public Manifest sealed(BackupId id, LocalBackup files, Kept kept) {
        return signed(id, files, kept).manifest();
    }

    /**
     * The same, without files: only what stands in the manifest counts of it.
     *
     * @throws io.agentflow.dr.core.VerificationFailed if it is not what was sealed
     * @throws io.agentflow.dr.core.Refused if nobody who is trusted has signed it
     */
    public VerifiedManifest signed(BackupId id, LocalBackup files, Kept kept) {
        files.fetch(ReadManifest.FILES::contains);
        Path folder = files.folder();
        Queue<Problem> problems = new ConcurrentLinkedQueue<>();
        ReadManifest.Found read = manifests.read(id, folder, problems);
        Manifest manifest = read.manifest();
        if (manifest == null || !problems.isEmpty()) {
            new VerifyReport(id, folder, kept, null, 1, 0, Duration.ZERO, List.copyOf(problems), List.of()).require();
            throw new IllegalStateException("a manifest without a problem was not read");
        }
        return new VerifiedManifest(manifest, read.signedBy());
    }

    /**
     * Has a backup in the clear that was read and found whole.
     *
     * @param files where it was read
     * @throws io.agentflow.dr.core.Refused if it is encrypted and no identity fits
     */
    public VerifiedBackup readable(VerifiedBackup whole, LocalBackup files, Kept kept, Operation operation) {
        if (!whole.manifest().encrypted()) {
            return whole;
        }
        DecryptedBackup plain = operation.hold(decryption.open(files, whole.manifest(), kept));
        plain.fetchAll();
        requireContents(plain.folder(), whole.manifest().decrypted());
        return whole.in(plain.folder(), whole.manifest().decrypted());
    }

    /**
     * Makes sure that the backup could be read here, before all of it is fetched.
     *
     * @param fetched whether its store is no directory of this machine
     * @throws io.agentflow.dr.core.Refused if there is no room for it, or it is encrypted and no identity fits
     */
    public void requireReadable(BackupId id, LocalBackup files, boolean fetched, Kept kept) {
        Manifest manifest = sealed(id, files, kept);
        room(manifest, fetched).require();
        if (manifest.encrypted()) {
            decryption.open(files, manifest, kept).close();
        }
    }

    /**
     * What of it must lie on this machine so that it can be read.
     *
     * @param manifest as it lies in the store
     * @param fetched whether that is no directory of this machine
     */
    public StagingRoom room(Manifest manifest, boolean fetched) {
        return StagingRoom.of(manifest, fetched, decryption.scratch(), StagingRoom::free);
    }

    /**
     * Decrypts all of it, and keeps nothing but the table of contents for as long as it is compared.
     *
     * @return whether there was an identity to do it with
     * @throws io.agentflow.dr.core.VerificationFailed if a file was encrypted from something else
     */
    boolean decryptAll(Manifest manifest, LocalBackup files, Kept kept) {
        if (!manifest.encrypted()) {
            return false;
        }
        Optional<DecryptedBackup> plain = decryption.openIfGiven(files, manifest, kept);
        plain.ifPresent(opened -> decryptAll(manifest, opened));
        return plain.isPresent();
    }

    private void decryptAll(Manifest manifest, DecryptedBackup opened) {
        try (DecryptedBackup plain = opened) {
            Readers.each(
                    manifest.files().stream()
                            .filter(file -> file.plain() != null)
                            .toList(),
                    file -> plain.decrypt(file, OutputStream.nullOutputStream()));
            plain.fetch(Sample.CONTENTS::equals);
            requireContents(plain.folder(), manifest.decrypted());
        }
    }

    /**
     * Compares the archive's table of contents with the tables that the snapshot saw.
     *
     * @param folder of the backup in the clear
     * @throws io.agentflow.dr.core.VerificationFailed if they differ, or cannot be compared
     */
    public void requireContents(Path folder, Manifest manifest) {
        Queue<Problem> problems = new ConcurrentLinkedQueue<>();
        Queue<String> warnings = new ConcurrentLinkedQueue<>();
        archive.compare(folder, manifest, problems, warnings);
        warnings.forEach(warning -> problems.add(new Problem(Sample.CONTENTS, warning)));
        if (!problems.isEmpty()) {
            new VerifyReport(
                            manifest.id(),
                            folder,
                            Kept.at(folder),
                            manifest,
                            1,
                            0,
                            Duration.ZERO,
                            List.copyOf(problems),
                            List.of())
                    .require();
        }
    }

    private static FolderDigests digests(Path folder, Map<BackupPath, Digested> known, LongConsumer read) {
        try {
            return FolderDigests.of(folder, known, read);
        } catch (IOException e) {
            throw new OperationFailed(
                    "the folder " + folder + " cannot be read: " + Reason.of(e), "Check its rights.", e);
        }
    }

    private void progress(long bytes) {
        events.accept(new OperationEvent.Progress("verify", -1, new ByteSize(bytes).toString()));
    }
}
