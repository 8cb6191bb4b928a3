package io.agentflow.dr.catalog;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.manifest.ManifestHead;
import org.jspecify.annotations.Nullable;

/**
 * One line of a list of backups.
 *
 * @param head null when the manifest cannot be read
 * @param damage why it cannot be read, else null
 * @param evidence the newest, or null when there is none
 * @param pinned whether it is held by hand
 */
public record ListedBackup(
        BackupId id,
        @Nullable ManifestHead head,
        @Nullable String damage,
        @Nullable EvidenceFile evidence,
        boolean pinned) {}
