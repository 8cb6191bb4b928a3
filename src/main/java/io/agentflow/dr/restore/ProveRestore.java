package io.agentflow.dr.restore;

import io.agentflow.dr.auditchain.AuditTable;
import io.agentflow.dr.auditchain.TenantChain;
import io.agentflow.dr.auditchain.VerifyChains;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.fingerprint.FingerprintFormat;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.fingerprint.TakeFingerprints;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.EndStalled;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.verify.RecordEvidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Proves that the staging database holds what the snapshot held. Without the proof there is no swap. */
public final class ProveRestore {
    private final RecordEvidence evidence;

    public ProveRestore(RecordEvidence evidence) {
        this.evidence = evidence;
    }

    /**
     * Compares, records the finding, and goes on only if all is equal.
     *
     * @throws VerificationFailed if anything differs; the live database was not touched
     */
    public RestoreRun.Proven prove(RestoreRun.Loaded loaded) {
        Manifest manifest = loaded.staged().planned().backup().manifest();
        boolean rows = loaded.request().type() != RestoreType.SCHEMA;
        ProofLevel level = rows ? ProofLevel.parse(manifest.options().proof()) : ProofLevel.NONE;
        Proof proof;
        try (EndStalled sessions = sessions(loaded);
                Sql sql = sessions.open()) {
            DatabaseCatalog catalog = new DatabaseCatalog(sql);
            List<Relation> relations = catalog.relations();
            Map<Relation, Fingerprint> fingerprints =
                    level == ProofLevel.NONE ? Map.of() : take(loaded, sessions, level, relations);
            String largeObjects =
                    !rows || manifest.largeObjects().fingerprint() == null ? null : largeObjects(sql, format(manifest));
            proof = new CompareDatabases(manifest, sql, rows, loaded.unfilled(), loaded.indexesLeftOut())
                    .compare(catalog, relations, fingerprints, largeObjects);
        }
        if (rows && level != ProofLevel.FULL) {
            proof = proof.with(
                    level == ProofLevel.NONE
                            ? "the backup holds no fingerprints: rows were not compared"
                            : "the backup holds no fingerprints: rows were counted, not compared");
        }
        List<TenantChain> chains = manifest.auditChains();
        if (rows && chains != null) {
            proof = proof.and("audit chains of " + Count.of(chains.size(), "tenant"), differentChains(loaded, chains));
        }
        report(loaded, manifest, proof);
        return new RestoreRun.Proven(loaded, proof);
    }

    /** A chain that is worse than it was, or only another one, has not come back. */
    private static List<String> differentChains(RestoreRun.Loaded loaded, List<TenantChain> before) {
        try (EndStalled sessions = sessions(loaded);
                Sql sql = sessions.open()) {
            AuditTable table = AuditTable.in(sql).orElse(null);
            if (table == null) {
                return List.of("the table of the audit chains is missing");
            }
            List<TenantChain> now =
                    new VerifyChains(sessions::open).verify(table, null).tenants();
            return before.equals(now)
                    ? List.of()
                    : List.of("the audit chains are not those that were backed up: see af audit verify");
        }
    }

    /** The format in which the backup's fingerprints were taken. */
    public static FingerprintFormat format(Manifest manifest) {
        List<String> hashes = new ArrayList<>();
        manifest.tables().forEach(table -> addTo(hashes, table.fingerprint()));
        addTo(hashes, manifest.largeObjects().fingerprint());
        return FingerprintFormat.of(hashes);
    }

    private static void addTo(List<String> hashes, @Nullable String hash) {
        if (hash != null) {
            hashes.add(hash);
        }
    }

    private static String largeObjects(Sql sql, FingerprintFormat format) {
        sql.run("BEGIN READ ONLY");
        String fingerprint = TakeFingerprints.ofLargeObjects(sql, format);
        sql.run("ROLLBACK");
        return fingerprint;
    }

    private static EndStalled sessions(RestoreRun.Loaded loaded) {
        return new EndStalled(
                loaded.operation(),
                loaded.staged().url(),
                "prove",
                loaded.request().stall());
    }

    private static Map<Relation, Fingerprint> take(
            RestoreRun.Loaded loaded, EndStalled sessions, ProofLevel level, List<Relation> relations) {
        OperationEvents events = loaded.operation().events();
        long total = relations.stream().filter(r -> r.kind().dumped()).count();
        AtomicInteger done = new AtomicInteger();
        FingerprintFormat format = format(loaded.staged().planned().backup().manifest());
        return new TakeFingerprints(level, format, loaded.request().jobs())
                .of(
                        relations,
                        sessions::open,
                        table -> events.accept(new OperationEvent.Progress(
                                "prove",
                                (double) done.incrementAndGet() / total,
                                done + " of " + Count.of(total, "table"))));
    }

    private void report(RestoreRun.Loaded loaded, Manifest manifest, Proof proof) {
        OperationEvents events = loaded.operation().events();
        // What proves the structure alone says nothing of the rows.
        if (loaded.request().type() == RestoreType.FULL || !proof.holds()) {
            record(loaded, manifest, proof);
        }
        proof.warnings().forEach(w -> events.accept(new OperationEvent.Warned(w)));
        if (!proof.holds()) {
            throw new VerificationFailed(
                    "what was restored is not what was backed up: "
                            + proof.different().get(0)
                            + (proof.different().size() > 1
                                    ? " (and " + (proof.different().size() - 1) + " more)"
                                    : ""),
                    "The live database was not touched. Take another backup from: af backup list. "
                            + (loaded.request().options().keepStaging()
                                    ? "Or look at what was restored: it is in the database "
                                            + loaded.staged().staging()
                                    : "To look at what was restored, and to take over what you want: --keep-staging"));
        }
        events.accept(new OperationEvent.PartDone("prove", String.join(", ", proof.checks())));
    }

    /** Nothing is called equal that was not compared. */
    private static EvidenceKind kind(Proof proof) {
        if (!proof.holds()) {
            return EvidenceKind.RESTORE_FAILED;
        }
        return switch (ProofLevel.parse(proof.level())) {
            case FULL -> EvidenceKind.RESTORED;
            case COUNTS -> EvidenceKind.RESTORED_COUNTED;
            case NONE -> EvidenceKind.RESTORED_UNCOMPARED;
        };
    }

    private void record(RestoreRun.Loaded loaded, Manifest manifest, Proof proof) {
        OperationEvents events = loaded.operation().events();
        evidence.record(
                        loaded.request().store(),
                        manifest.id(),
                        kind(proof),
                        Map.of(
                                "operation", loaded.operation().id().text(),
                                "level", proof.level(),
                                "tables", proof.tables(),
                                "identical", proof.identical(),
                                "different", proof.different()))
                .ifPresent(why -> events.accept(new OperationEvent.Warned(why)));
    }
}
