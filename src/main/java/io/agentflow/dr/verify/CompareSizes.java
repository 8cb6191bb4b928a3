package io.agentflow.dr.verify;

import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.sign.Trust;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks whether a backup's files are there in their sizes, and no others. Reads none of them: it proves nothing. */
public final class CompareSizes {
    private static final long NO_FILE = -1;
    private static final long ANY = -2;

    /** What is wrong at first sight, by path; empty when all is there. */
    public List<Problem> problems(BackupStore store, Manifest manifest) {
        try {
            return compare(sizes(store.files(manifest.id())), expected(manifest));
        } catch (IOException e) {
            return List.of(new Problem(".", SmallFile.why(e)));
        }
    }

    /** The files that must be there, with their sizes where the manifest says them. */
    private static Map<String, Long> expected(Manifest manifest) {
        Map<String, Long> expected = new HashMap<>();
        expected.put(Manifest.FILE.text(), ANY);
        expected.put(Manifest.SUM_FILE.text(), ANY);
        manifest.sumFiles().keySet().forEach(path -> expected.put(path.text(), ANY));
        manifest.files().forEach(file -> expected.put(file.path().text(), file.bytes()));
        return expected;
    }

    private static Map<String, Long> sizes(List<StoredFile> files) {
        Map<String, Long> sizes = new HashMap<>();
        files.forEach(file -> sizes.put(file.path(), file.plain() ? file.bytes() : NO_FILE));
        sizes.keySet().removeIf(name -> name.startsWith(EvidenceFile.FOLDER + "/"));
        // Not every backup is signed.
        sizes.remove(Manifest.SIGNATURE_FILE.text(), (long) Trust.SIGNATURE_BYTES);
        return sizes;
    }

    private static List<Problem> compare(Map<String, Long> found, Map<String, Long> expected) {
        List<Problem> problems = new ArrayList<>();
        expected.forEach((name, bytes) -> {
            Long size = found.remove(name);
            if (size == null) {
                problems.add(new Problem(name, "is missing"));
            } else if (size == NO_FILE) {
                problems.add(new Problem(name, "is not a plain file"));
            } else if (bytes != ANY && !bytes.equals(size)) {
                problems.add(new Problem(name, "has " + Count.of(size, "byte") + ", the manifest says " + bytes));
            }
        });
        found.keySet().forEach(name -> problems.add(new Problem(name, "does not belong to the backup")));
        problems.sort((one, other) -> one.path().compareTo(other.path()));
        return problems;
    }
}
