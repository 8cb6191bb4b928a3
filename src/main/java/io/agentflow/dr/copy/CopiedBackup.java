package io.agentflow.dr.copy;

import io.agentflow.dr.core.BackupId;
import java.time.Duration;
import java.util.List;

/**
 * What a copy has come to: the backup is in the other store, whole.
 *
 * @param already whether it was there before, so that nothing was sent
 * @param files all that it consists of but evidence
 * @param bytes of these
 * @param sentFiles how many of them were sent now; the others had arrived before
 * @param sentBytes of these
 * @param warnings what of its history could not be taken along
 */
public record CopiedBackup(
        BackupId id,
        boolean already,
        int files,
        long bytes,
        int sentFiles,
        long sentBytes,
        Duration elapsed,
        List<String> warnings) {}
