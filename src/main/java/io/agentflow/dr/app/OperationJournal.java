package io.agentflow.dr.app;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.journal.RunningOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has every operation written into the journal, with its end. A journal that cannot be written is a warning: on a bad day
 * it must not stand in the way of a restore.
 */
final class OperationJournal {
    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");

    private final RunningOperations running;

    OperationJournal(Path state, Clock clock) {
        this.running = new RunningOperations(state, clock);
    }

    /**
     * Does the work between two records.
     *
     * @param request what is asked for, without secrets
     * @param outcome what came of it, in a few words
     */
    <T> T around(
            OperationId id,
            String verb,
            String request,
            OperationEvents events,
            Supplier<T> work,
            Function<T, String> outcome) {
        RunningOperations.Begun begun = begin(id, verb, request, events);
        try {
            T done = work.get();
            if (begun != null) {
                write(events, () -> begun.done(outcome.apply(done)));
            }
            return done;
        } catch (RuntimeException e) {
            AfException known = AfException.in(e);
            if (begun != null && known instanceof Cancelled) {
                write(events, () -> begun.interrupted(known.fact()));
            } else if (begun != null) {
                write(
                        events,
                        () -> begun.failed(
                                known == null ? ExitCode.FAILED : known.exitCode(),
                                known == null ? e.getClass().getSimpleName() : known.fact()));
            }
            throw e;
        }
    }

    /** Writes what became of operations whose process was killed. */
    void sweep(OperationEvents events) {
        write(events, running::sweep);
    }

    private RunningOperations.@Nullable Begun begin(
            OperationId id, String verb, String request, OperationEvents events) {
        try {
            return running.begin(id, verb, System.getProperty("user.name", ""), host(), request);
        } catch (IOException | AfException e) {
            events.accept(new OperationEvent.Warned("the journal cannot be written: " + said(e)));
            return null;
        }
    }

    /** What may fail to be written. */
    private interface Writing {
        void write() throws IOException;
    }

    private static void write(OperationEvents events, Writing writing) {
        try {
            writing.write();
        } catch (IOException | AfException e) {
            events.accept(new OperationEvent.Warned("the journal cannot be written: " + said(e)));
        }
    }

    private static String said(Exception e) {
        return e instanceof AfException known ? known.fact() : String.valueOf(e.getMessage());
    }

    private static String host() {
        try {
            return Files.readString(HOST).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
