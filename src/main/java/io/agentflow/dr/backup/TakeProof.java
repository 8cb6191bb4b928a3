package io.agentflow.dr.backup;

import io.agentflow.dr.auditchain.AuditReport;
import io.agentflow.dr.auditchain.AuditTable;
import io.agentflow.dr.auditchain.TenantChain;
import io.agentflow.dr.auditchain.VerifyChains;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.fingerprint.FingerprintFormat;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.fingerprint.TakeFingerprints;
import io.agentflow.dr.postgres.EndStalled;
import io.agentflow.dr.postgres.ExportedSnapshot;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Takes the fingerprints of everything that the snapshot holds, while the dumps run. */
public final class TakeProof {

    public BackupPart take(BackupRun.Open run) {
        ProofLevel level = run.request().proof();
        if (level == ProofLevel.NONE) {
            return new BackupPart.Fingerprinted(run, Map.of(), null, null);
        }
        try (EndStalled stalled = new EndStalled(
                run.operation(), run.request().url(), "proof", run.request().stall())) {
            return take(run, level, () -> stalled.add(session(run)));
        }
    }

    private static BackupPart take(BackupRun.Open run, ProofLevel level, Supplier<Sql> session) {
        List<Relation> relations = run.contents().relations();
        OperationEvents events = run.operation().events();
        long total = relations.stream().filter(r -> r.kind().dumped()).count();
        AtomicInteger done = new AtomicInteger();
        Map<Relation, Fingerprint> taken = new TakeFingerprints(
                        level,
                        FingerprintFormat.newest(),
                        Math.min(2, run.request().jobs()))
                .of(
                        relations,
                        session,
                        table -> events.accept(new OperationEvent.Progress(
                                "proof",
                                (double) done.incrementAndGet() / total,
                                done + " of " + Count.of(total, "table"))));
        String largeObjects = largeObjects(run, level, session);
        List<TenantChain> chains = level == ProofLevel.FULL ? auditChains(run, session) : null;
        events.accept(new OperationEvent.PartDone(
                "proof",
                done + " of " + Count.of(total, "table")
                        + (chains == null ? "" : ", audit chains of " + Count.of(chains.size(), "tenant"))));
        return new BackupPart.Fingerprinted(run, taken, largeObjects, chains);
    }

    /** A chain that is broken is backed up as it is, and said so. */
    @org.jspecify.annotations.Nullable
    private static List<TenantChain> auditChains(BackupRun.Open run, Supplier<Sql> session) {
        AuditTable table = AuditTable.in(run.snapshot().sql()).orElse(null);
        if (table == null) {
            return null;
        }
        if (tooManyTenants(session, table)) {
            run.operation()
                    .events()
                    .accept(new OperationEvent.Warned("the audit chains of more than " + AuditTable.MOST_TENANTS
                            + " tenants are not recorded one by one: the fingerprint of the table stands for them"));
            return null;
        }
        AuditReport report = new VerifyChains(session).verify(table, null);
        if (report.tampered()) {
            run.operation()
                    .events()
                    .accept(new OperationEvent.Warned(
                            "the audit chain of the database is broken (" + report.brokenLinks() + " links, content of "
                                    + report.differingContent() + " records): see af audit verify"));
        }
        return report.tenants();
    }

    /** Reads all of it, which takes its time: not in the session that must answer at once. */
    private static boolean tooManyTenants(Supplier<Sql> session, AuditTable table) {
        try (Sql sql = session.get()) {
            return table.tooManyTenants(sql);
        }
    }

    private static Sql session(BackupRun.Open run) {
        ExportedSnapshot snapshot = run.snapshot();
        Sql session = snapshot.join(run.request().url(), run.operation().sessionName("proof"));
        // A query over a huge table is not waited for when the operation ends early.
        run.operation().hold(session::abort);
        return session;
    }

    @org.jspecify.annotations.Nullable
    private static String largeObjects(BackupRun.Open run, ProofLevel level, Supplier<Sql> session) {
        if (level != ProofLevel.FULL || run.contents().largeObjects() == 0) {
            return null;
        }
        try (Sql sql = session.get()) {
            return TakeFingerprints.ofLargeObjects(sql, FingerprintFormat.newest());
        }
    }
}
