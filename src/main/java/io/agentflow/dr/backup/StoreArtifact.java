package io.agentflow.dr.backup;

import io.agentflow.dr.age.EncryptingStream;
import io.agentflow.dr.age.Recipients;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Causes;
import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.TableLocked;
import io.agentflow.dr.manifest.Component;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.postgres.PgFailures;
import io.agentflow.dr.process.ToolFailedException;
import io.agentflow.dr.store.BackupStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Brings what a tool dumps into durable files of the backup's folder. */
public final class StoreArtifact {
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /**
     * Reads the tool's output to its end into one file. A tool that fails leaves no file.
     *
     * @throws AfException if the tool or the disk fails
     */
    public BackupPart write(DumpRun run, DigestingStream content) {
        return run.operation().working(() -> {
            try {
                Optional<EncryptingStream> encrypting = encrypting(run, content);
                Digested written = DurableFile.write(run.file(), content);
                String name = String.valueOf(run.file().getFileName());
                FileEntry file = encrypting
                        .map(stream -> FileEntry.encrypted(name, written, stream.plain()))
                        .orElseGet(() -> FileEntry.of(name, written));
                run.run().partial().finished(file.path(), written);
                return done(run, new BackupPart.Dumped(run.run(), new Component(run.kind(), List.of(file))));
            } catch (IOException e) {
                throw meaning(run, e);
            }
        });
    }

    /**
     * What encrypts it to just those that were asked for.
     *
     * @throws OperationFailed if nothing does
     */
    private static Optional<EncryptingStream> encrypting(DumpRun run, DigestingStream content) {
        Recipients recipients = run.run().request().recipients();
        if (recipients.none()) {
            return Optional.empty();
        }
        if (content.source() instanceof EncryptingStream stream
                && stream.recipients().equals(recipients)) {
            return Optional.of(stream);
        }
        throw new OperationFailed(
                "an artifact reached its file without being encrypted",
                "Put the step encrypt right in front of sha256.");
    }

    /** Waits for a tool that writes its files itself, and collects them. */
    public BackupPart collect(DumpRun run, InputStream stdout) {
        DigestDataFiles files = run.files();
        if (files == null) {
            throw new IllegalArgumentException(run.kind() + " does not write its files itself");
        }
        return run.operation().working(() -> {
            try (stdout) {
                stdout.transferTo(OutputStream.nullOutputStream());
                return done(run, files.collect());
            } catch (IOException e) {
                throw files.refused().orElseGet(() -> meaning(run, e));
            }
        });
    }

    private static BackupPart done(DumpRun run, BackupPart part) {
        if (part instanceof BackupPart.Dumped dumped) {
            run.operation()
                    .events()
                    .accept(new OperationEvent.PartDone(
                            run.kind().text(), new ByteSize(dumped.component().bytes()).toString()));
        }
        return part;
    }

    /** Some of pg_dump's complaints, such as a lock not obtained, are only how it takes the loss of a connection. */
    private static AfException meaning(BackupRun.Open run, ToolFailedException e) {
        if (PgFailures.ownDiskFull(e)) {
            return diskFull(run.request().store(), e);
        }
        AfException said = PgFailures.of(e);
        if (said instanceof ConnectionLost) {
            return said;
        }
        try {
            run.snapshot().requireHeld(ANSWER);
            if (said instanceof TableLocked
                    && said.fact().contains(PgFailures.NO_LOCK)
                    && !run.snapshot().contended()) {
                // A worker whose session has ended says no more than that, either.
                return new ConnectionLost(
                        e.tool() + " lost its connection: a session of it has ended", "Run the command again.", e);
            }
            return said;
        } catch (ConnectionLost gone) {
            gone.addSuppressed(said);
            return gone;
        }
    }

    private static AfException meaning(DumpRun run, IOException e) {
        return Causes.first(e, ToolFailedException.class)
                .map(tool -> meaning(run.run(), tool))
                .orElseGet(() -> unwritable(run, e));
    }

    private static AfException unwritable(DumpRun run, IOException e) {
        String said = String.valueOf(e.getMessage());
        return said.toLowerCase(Locale.ROOT).contains("no space left")
                ? diskFull(run.run().request().store(), e)
                : new OperationFailed(run.file() + " cannot be written: " + said, "Check the disk.", e);
    }

    private static AfException diskFull(BackupStore store, IOException e) {
        return new OperationFailed(
                store.workspace() + " ran out of disk space",
                "Free space there, or use another directory"
                        + (store.remote() ? " for what is to be sent: af.staging-dir." : "."),
                e);
    }
}
