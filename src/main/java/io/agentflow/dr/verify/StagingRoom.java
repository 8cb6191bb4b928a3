package io.agentflow.dr.verify;

import io.agentflow.dr.artifact.ExistingFolder;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether this machine has room for all of a backup, where it must be fetched, or decrypted, before it can be read. */
public final class StagingRoom {
    /** What else is written to the disk meanwhile needs some room too: as much again, and so much at most. */
    static final long SPARE = 64L * 1024 * 1024;

    /** Asks how many bytes a directory's disk has free. */
    interface Disk {
        long free(Path directory) throws IOException;
    }

    private final BackupId id;
    private final long fetched;
    private final long decrypted;
    private final Path staging;
    private final Disk disk;

    /**
     * @param fetched how many bytes are fetched
     * @param decrypted how many bytes what is decrypted has
     */
    StagingRoom(BackupId id, long fetched, long decrypted, Path staging, Disk disk) {
        this.id = id;
        this.fetched = fetched;
        this.decrypted = decrypted;
        this.staging = staging;
        this.disk = disk;
    }

    /**
     * For a whole backup.
     *
     * @param manifest as it lies in the store
     * @param remote whether that is no directory of this machine
     */
    static StagingRoom of(Manifest manifest, boolean remote, Path staging, Disk disk) {
        long stored = manifest.files().stream().mapToLong(FileEntry::bytes).sum();
        return new StagingRoom(manifest.id(), remote ? stored : 0, decrypted(manifest.files()), staging, disk);
    }

    /** How many bytes these files have when they are decrypted. */
    static long decrypted(List<FileEntry> files) {
        return files.stream()
                .map(FileEntry::plain)
                .mapToLong(plain -> plain == null ? 0 : plain.bytes())
                .sum();
    }

    /** How much the disk of a directory has free. */
    static long free(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Goes on only if there is room. @throws Refused if there is not */
    void require() {
        lacking().ifPresent(refused -> {
            throw refused;
        });
    }

    /** What to tell if it has not. Where it cannot be seen how much is free, whoever writes is told. */
    public Optional<Refused> lacking() {
        long needed = fetched + decrypted;
        if (needed == 0) {
            return Optional.empty();
        }
        try {
            long free = disk.free(ExistingFolder.of(staging));
            return free >= needed + Math.min(needed, SPARE) ? Optional.empty() : Optional.of(refused(needed, free));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Refused refused(long needed, long free) {
        return new Refused(
                "backup " + id + " needs " + new ByteSize(needed) + " on this machine before it can be read (" + parts()
                        + "), and " + staging + " has " + new ByteSize(free) + " free",
                "Free space there, or name a directory on a larger disk: af.staging-dir.");
    }

    private String parts() {
        String plain = new ByteSize(decrypted) + " decrypted";
        if (fetched == 0) {
            return plain;
        }
        return new ByteSize(fetched) + " fetched" + (decrypted == 0 ? "" : ", " + plain);
    }
}
