package io.agentflow.dr.verify;

import io.agentflow.dr.age.Identities;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.store.ScratchFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The components of an encrypted backup in the clear, under the names that they had, in a private folder of this machine.
 * Each byte is compared with the manifest on the way, as it was stored and as it was before.
 */
final class DecryptedBackup implements LocalBackup {
    private static final int BUFFER = 128 * 1024;

    private final LocalBackup stored;
    private final Manifest manifest;
    private final Kept kept;
    private final Identities identities;
    private final ScratchFolder scratch;
    private final Map<BackupPath, Digested> arrived = new ConcurrentHashMap<>();

    DecryptedBackup(LocalBackup stored, Manifest manifest, Kept kept, Identities identities, ScratchFolder scratch) {
        this.stored = stored;
        this.manifest = manifest;
        this.kept = kept;
        this.identities = identities;
        this.scratch = scratch;
    }

    @Override
    public Path folder() {
        return scratch.path();
    }

    @Override
    public Map<BackupPath, Digested> arrived() {
        return arrived;
    }

    private List<FileEntry> files() {
        return manifest.files().stream().filter(file -> file.plain() != null).toList();
    }

    /** @throws Refused if none of the identities is one of the recipients */
    void requireFitting() {
        FileEntry smallest = files().stream()
                .min(Comparator.comparing(FileEntry::bytes))
                .orElseThrow(() -> new IllegalStateException("nothing is encrypted"));
        stored.fetch(smallest.path().text()::equals);
        decrypt(smallest, OutputStream.nullOutputStream());
    }

    /** @throws Refused if there is no room for what they hold */
    @Override
    public void fetch(Predicate<String> wanted) {
        List<FileEntry> missing = files().stream()
                .filter(file -> wanted.test(file.decrypted().path().text())
                        && !arrived.containsKey(file.decrypted().path()))
                .sorted(Comparator.comparing(FileEntry::bytes).reversed())
                .toList();
        new StagingRoom(manifest.id(), 0, StagingRoom.decrypted(missing), folder(), StagingRoom::free).require();
        Set<String> names = missing.stream().map(file -> file.path().text()).collect(Collectors.toSet());
        stored.fetch(names::contains);
        Readers.each(missing, this::write);
    }

    private void write(FileEntry file) {
        FileEntry plain = file.decrypted();
        Path target = plain.path().in(folder());
        try {
            Files.createDirectories(target.getParent() == null ? folder() : target.getParent());
            try (OutputStream out =
                    Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                decrypt(file, out);
            }
            arrived.put(plain.path(), new Digested(plain.bytes(), plain.sha256()));
        } catch (IOException e) {
            throw new OperationFailed(
                    target + " cannot be written: " + Reason.of(e), "Check the disk of af.staging-dir.", e);
        }
    }

    /**
     * Decrypts one file.
     *
     * @throws VerificationFailed if it is not what was written, or was encrypted from something else
     */
    void decrypt(FileEntry file, OutputStream out) {
        Path path = file.path().in(stored.folder());
        try (DigestingStream in = new DigestingStream(Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS));
                DigestingStream plain = new DigestingStream(identities.decrypting(in))) {
            copy(plain, out);
            in.transferTo(OutputStream.nullOutputStream());
            if (!in.result().equals(new Digested(file.bytes(), file.sha256()))
                    || !plain.result().equals(file.plain())) {
                throw damaged(file, "is not what the manifest says", null);
            }
        } catch (Identities.Unfitting e) {
            throw new Refused(
                    "the backup " + manifest.id() + " is encrypted to others: no identity that was given is one of "
                            + Decryption.to(manifest),
                    "Name the file of one of these: --identity FILE, or af.identity-file.",
                    e);
        } catch (Unwritable e) {
            throw new OperationFailed(
                    folder() + " cannot be written to: " + Reason.of(e.cause), "Check the disk of af.staging-dir.", e);
        } catch (IOException e) {
            throw damaged(file, "cannot be decrypted: " + Reason.of(e), e);
        }
    }

    /** The disk that is written to fails, and not the backup. */
    private static final class Unwritable extends IOException {
        private static final long serialVersionUID = 1L;

        private final IOException cause;

        Unwritable(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    private static void copy(InputStream plain, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int count = plain.read(buffer); count >= 0; count = plain.read(buffer)) {
            try {
                out.write(buffer, 0, count);
            } catch (IOException e) {
                throw new Unwritable(e);
            }
        }
    }

    private VerificationFailed damaged(FileEntry file, String how, @org.jspecify.annotations.Nullable Throwable cause) {
        return new VerificationFailed(
                "backup " + manifest.id() + " is damaged: " + file.path() + ": " + how,
                "See all with: af backup verify " + manifest.id() + kept.word()
                        + "; take another one from: af backup list" + kept.word(),
                cause);
    }

    @Override
    public void close() {
        scratch.close();
    }
}
