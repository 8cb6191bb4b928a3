package io.agentflow.dr.restore;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.verify.CompareSizes;
import io.agentflow.dr.verify.Problem;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is known of the backup without reading it: its newest evidence, and whether its files are there in their sizes. */
public final class CheckBackupFiles {
    private final BackupCatalog catalog;
    private final RestoreRequest request;

    public CheckBackupFiles(RestoreRequest request) {
        this.catalog = new BackupCatalog(request.store());
        this.request = request;
    }

    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        Manifest manifest = catalog.manifest(request.id());
        findings.add(taken(manifest));
        List<Problem> problems = new CompareSizes().problems(request.store(), manifest);
        if (!problems.isEmpty()) {
            findings.add(damaged("the backup is damaged: " + problems.get(0).path() + " "
                    + problems.get(0).problem()
                    + (problems.size() > 1 ? " (and " + (problems.size() - 1) + " more)" : "")));
        }
        findings.add(catalog.evidence(request.id()).stream()
                .findFirst()
                .map(this::known)
                .orElseGet(() -> Finding.note(
                        "the backup was never verified",
                        "a restore reads all of it before anything is touched",
                        "To know now: " + verify())));
        return findings;
    }

    private Finding known(EvidenceFile newest) {
        String fact = "the backup's newest evidence: " + newest.kind().words() + ", " + newest.at();
        if (newest.kind() == EvidenceKind.VERIFY_FAILED) {
            return damaged(fact);
        }
        return newest.kind().good()
                ? Finding.ok(fact)
                : Finding.note(fact, "a restore compares again before anything is touched", "");
    }

    /** After an accident the latest backup may be one of what was left. */
    private static Finding taken(Manifest manifest) {
        Long rows = manifest.summary().rows();
        return Finding.ok("the backup was taken at " + manifest.createdAt().truncatedTo(ChronoUnit.SECONDS) + ": "
                + Count.of(manifest.summary().tables(), "table")
                + (rows == null
                        ? ""
                        : ", " + String.format(Locale.ROOT, "%,d", rows) + (rows == 1 ? " row" : " rows")));
    }

    private Finding damaged(String fact) {
        return request.type() == RestoreType.CRITICAL
                ? Finding.note(
                        fact, "only the files of these tables are read, and each is compared first", "See: " + verify())
                : Finding.stop(fact, "nothing is restored from a damaged backup", mend());
    }

    private String mend() {
        return "See what is wrong: " + verify() + "; take another one from: af backup list" + store();
    }

    private String verify() {
        return "af backup verify " + request.id() + store();
    }

    private String store() {
        return " " + ShellWord.of(request.store().name());
    }
}
