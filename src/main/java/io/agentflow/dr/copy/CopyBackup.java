package io.agentflow.dr.copy;

import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.IncomingBackup;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.verify.Kept;
import io.agentflow.dr.verify.RecordEvidence;
import io.agentflow.dr.verify.VerifiedManifest;
import io.agentflow.dr.verify.VerifyBackup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Copies a published backup into another store. Every file is compared with the sealed manifest on the way, the manifest
 * goes last; what has arrived whole is not sent again after a cut or a kill.
 */
public final class CopyBackup {
    private final VerifyBackup verify;
    private final RecordEvidence evidence;
    private final KnownStores places;

    public CopyBackup(VerifyBackup verify, RecordEvidence evidence, KnownStores places) {
        this.verify = verify;
        this.evidence = evidence;
        this.places = places;
    }

    /** A copy is asked for. */
    public record Requested(Operation operation, BackupStore from, BackupStore to, BackupId id) {}

    /**
     * Returns when the backup is in the other store, whole.
     *
     * @throws UsageError if both are the same
     * @throws io.agentflow.dr.core.Unreachable if one of them is not the store that was at its place before
     * @throws io.agentflow.dr.core.Refused if another backup is there under its id, or nobody who is trusted has signed it
     * @throws VerificationFailed if it is damaged here, or the copy that is there already
     */
    public CopiedBackup copy(Requested requested) {
        long start = System.nanoTime();
        BackupStore from = requested.from();
        BackupStore to = requested.to();
        BackupId id = requested.id();
        Operation operation = requested.operation();
        operation
                .events()
                .accept(new OperationEvent.Started("Copying " + id + " from " + from.name() + " to " + to.name()));
        places.requireApart(to, from);
        LocalBackup files = operation.hold(from.read(id));
        VerifiedManifest manifest = verify.signed(id, files, Kept.in(from, id));
        SealedFiles sealed = SealedFiles.of(manifest.manifest(), files);
        PresentBackup present = new PresentBackup(to, id);
        boolean already = present.whole(sealed);
        SendFiles.Sent sent = already ? new SendFiles.Sent(0, 0) : send(requested, files, sealed);
        List<String> warnings = new ArrayList<>(new CopyEvidence(from, to).copy(id));
        if (already) {
            present.requireNoBadEvidence();
        } else {
            Map<String, Object> found = new TreeMap<>(manifest.signature());
            found.putAll(found(requested, sealed));
            evidence.record(to, id, EvidenceKind.VERIFIED, found).ifPresent(warnings::add);
        }
        warnings.forEach(warning -> operation.events().accept(new OperationEvent.Warned(warning)));
        return new CopiedBackup(
                id,
                already,
                sealed.count(),
                sealed.bytes(),
                sent.files(),
                sent.bytes(),
                Duration.ofNanos(System.nanoTime() - start),
                warnings);
    }

    private static SendFiles.Sent send(Requested requested, LocalBackup files, SealedFiles sealed) {
        Operation operation = requested.operation();
        // What is left of one of that id that was being deleted there goes first.
        operation.hold(requested.to().building());
        IncomingBackup incoming = operation.hold(requested.to().receive(requested.id()));
        SendFiles.Sent sent = new SendFiles(requested, files, incoming).send(sealed.others());
        incoming.publish(Manifest.FILE.in(files.folder()), sealed.manifest());
        operation.committed(requested.id() + " is in " + requested.to().name());
        operation
                .events()
                .accept(new OperationEvent.PartDone(
                        "copy", Count.of(sealed.count(), "file") + ", " + new ByteSize(sealed.bytes())));
        return new SendFiles.Sent(
                sent.files() + 1, sent.bytes() + sealed.manifest().bytes());
    }

    /** Each file was compared with the manifest when it was sent now, or found there. */
    private static Map<String, Object> found(Requested requested, SealedFiles sealed) {
        return Map.of(
                "operation",
                requested.operation().id().text(),
                "copiedFrom",
                requested.from().name(),
                "problems",
                List.of(),
                "bytes",
                sealed.bytes());
    }
}
