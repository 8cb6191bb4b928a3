package io.agentflow.dr.route;

import io.agentflow.dr.age.Recipients;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.artifact.GzipCompressingStream;
import io.agentflow.dr.backup.BackupPart;
import io.agentflow.dr.backup.DumpRun;
import io.agentflow.dr.backup.StoreArtifact;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import java.io.IOException;

/** The steps between a dump tool and the durable file. Nothing moves until the last one reads. */
public final class ArtifactSteps {
    private final StoreArtifact store = new StoreArtifact();

    /** Compresses with gzip at the level that was asked for. */
    public ToolOutput gzip(ToolOutput output) {
        return new ToolOutput(
                output.run(),
                new GzipCompressingStream(
                        output.stream(), dump(output).run().request().gzipLevel()));
    }

    /** Encrypts to the recipients that were asked for; without any what passes stays as it is. */
    public ToolOutput encrypt(ToolOutput output) {
        Recipients recipients = dump(output).run().request().recipients();
        try {
            return recipients.none() ? output : new ToolOutput(output.run(), recipients.encrypting(output.stream()));
        } catch (IOException e) {
            throw new OperationFailed(Reason.of(e), "Check the recipients, af.encrypt-to.", e);
        }
    }

    /** Digests what passes. */
    public ToolOutput sha256(ToolOutput output) {
        return new ToolOutput(output.run(), new DigestingStream(output.stream()));
    }

    /** Reads all of it into a durable file. */
    public BackupPart file(ToolOutput output) {
        if (output.stream() instanceof DigestingStream digesting) {
            return store.write(dump(output), digesting);
        }
        throw new OperationFailed(
                "an artifact reached its file without being digested", "Put the step sha256 right in front of it.");
    }

    /** Waits for a tool that writes its files itself. */
    public BackupPart folder(ToolOutput output) {
        return store.collect(dump(output), output.stream());
    }

    private static DumpRun dump(ToolOutput output) {
        if (output.run() instanceof DumpRun dump) {
            return dump;
        }
        throw new OperationFailed(
                output.run().program().name() + " is no dump", "Use this step in the routes of a backup only.");
    }
}
