package io.agentflow.dr.testing;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.verify.ArchiveCheck;
import io.agentflow.dr.verify.Decryption;
import io.agentflow.dr.verify.Problem;
import io.agentflow.dr.verify.VerifyBackup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The class behind create, verify and restore, without the start of a program for each of many looks. */
public final class VerifyInProcess {
    private VerifyInProcess() {}

    public static List<Problem> problems(LocalPostgres cluster, Path backup) {
        try (Programs programs = new Programs()) {
            ArchiveCheck archive = new ArchiveCheck(programs, new PgTools(programs, List.of(cluster.bin())));
            return new VerifyBackup(archive, new Decryption(Optional::empty, Path.of("unused")), event -> {})
                    .verify(new BackupId(String.valueOf(backup.getFileName())), backup)
                    .problems();
        }
    }
}
