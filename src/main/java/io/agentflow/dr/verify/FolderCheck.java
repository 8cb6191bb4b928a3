package io.agentflow.dr.verify;

import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.sign.Trust;
import io.agentflow.dr.verify.FolderDigests.FileState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Compares the files in a backup's folder with what the manifest says must be there: all of it and nothing else. */
final class FolderCheck {
    private final Manifest manifest;
    private final FolderDigests found;
    private final Collection<Problem> problems;

    FolderCheck(Manifest manifest, FolderDigests found, Collection<Problem> problems) {
        this.manifest = manifest;
        this.found = found;
        this.problems = problems;
    }

    void run(Path folder) {
        manifest.files().forEach(this::compare);
        manifest.sumFiles().forEach((path, expected) -> compareSums(folder, path, expected));
        measureSignature();
        extras();
    }

    private void compare(FileEntry file) {
        FileState state = found.files().get(file.path().text());
        if (state == null) {
            boolean other = found.others().contains(file.path().text());
            problem(file.path().text(), other ? "is not a plain file" : "is missing");
            return;
        }
        Sha256 sha256 = state.sha256();
        if (state.why() != null) {
            problem(file.path().text(), state.why());
        } else if (state.bytes() != file.bytes()) {
            problem(
                    file.path().text(),
                    "has " + Count.of(state.bytes(), "byte") + ", the manifest says " + file.bytes());
        } else if (sha256 != null && !sha256.equals(file.sha256())) {
            problem(
                    file.path().text(),
                    "SHA-256 is " + sha256.abbreviated() + ", the manifest says "
                            + file.sha256().abbreviated());
        }
    }

    /** It is pure ASCII: so many characters are so many bytes. */
    private void compareSums(Path folder, BackupPath path, String expected) {
        FileState state = found.files().get(path.text());
        if (state != null && state.unread()) {
            if (state.bytes() != expected.length()) {
                problem(path.text(), "differs from the manifest");
            }
            return;
        }
        try {
            if (!SmallFile.text(path.in(folder)).equals(expected)) {
                problem(path.text(), "differs from the manifest");
            }
        } catch (IOException e) {
            problem(path.text(), SmallFile.why(e));
        }
    }

    /** Whether somebody who is trusted has made it was seen before; who trusts nobody sees its length alone. */
    private void measureSignature() {
        FileState state = found.files().get(Manifest.SIGNATURE_FILE.text());
        if (state != null && state.why() == null && state.bytes() != Trust.SIGNATURE_BYTES) {
            problem(
                    Manifest.SIGNATURE_FILE.text(),
                    "has " + Count.of(state.bytes(), "byte") + ", a signature has " + Trust.SIGNATURE_BYTES);
        }
    }

    private void extras() {
        Set<String> known =
                new HashSet<>(Set.of(Manifest.FILE.text(), Manifest.SUM_FILE.text(), Manifest.SIGNATURE_FILE.text()));
        manifest.files().forEach(f -> known.add(f.path().text()));
        manifest.sumFiles().keySet().forEach(p -> known.add(p.text()));
        found.files().keySet().stream().filter(name -> !known.contains(name)).forEach(this::extra);
        found.others().stream()
                .filter(name -> !known.contains(name) || name.equals(Manifest.SIGNATURE_FILE.text()))
                .forEach(this::foreign);
        found.folders().stream()
                .filter(name ->
                        !name.equals(EvidenceFile.FOLDER) && known.stream().noneMatch(k -> k.startsWith(name + "/")))
                .forEach(this::foreign);
    }

    private void extra(String name) {
        String folder = EvidenceFile.FOLDER + "/";
        Optional<EvidenceFile> evidence =
                name.startsWith(folder) ? EvidenceFile.parse(name.substring(folder.length())) : Optional.empty();
        if (evidence.isEmpty()) {
            if (!name.startsWith(folder) || !EvidenceFile.halfWritten(name.substring(folder.length()))) {
                foreign(name);
            }
            return;
        }
        FileState state = found.files().get(name);
        if (state != null && state.unread()) {
            return;
        }
        Sha256 sha256 = state == null ? null : state.sha256();
        if (sha256 == null || !evidence.get().holds(sha256)) {
            problem(name, "is not what was written (evidence is no part of the data: move this file away to go on)");
        }
    }

    private void foreign(String name) {
        problem(name, "does not belong to the backup");
    }

    private void problem(String path, String what) {
        problems.add(new Problem(path, what));
    }
}
