package io.agentflow.dr.backup;

import io.agentflow.dr.auditchain.TenantChain;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.manifest.Component;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.postgres.Relation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one of the parallel branches of a backup yields. */
public sealed interface BackupPart {
    BackupRun.Open run();

    /** A component whose files are durable. */
    record Dumped(BackupRun.Open run, Component component) implements BackupPart {}

    /** A component that this database gives no reason for. */
    record LeftOut(BackupRun.Open run, ComponentKind kind, String reason) implements BackupPart {}

    /** The fingerprints of the tables, that of all large objects together, and the audit chains where there are any. */
    record Fingerprinted(
            BackupRun.Open run,
            Map<Relation, Fingerprint> tables,
            @Nullable String largeObjects,
            @Nullable List<TenantChain> auditChains)
            implements BackupPart {}
}
