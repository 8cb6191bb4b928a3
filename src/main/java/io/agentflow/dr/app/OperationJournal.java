package io.agentflow.dr.app;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.event.Announcer;
import io.agentflow.dr.event.ToldOperation;
import io.agentflow.dr.journal.RunningOperations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has every operation written into the journal, with its end, and told to whoever is to be told. A journal that cannot be written is a warning: on a bad day
 * it must not stand in the way of a restore.
 */
final class OperationJournal {
    private final RunningOperations running;
    private final Announcer announcer;
    private final Requester who;

    OperationJournal(Path state, Clock clock, Announcer announcer, Requester who) {
        this(new RunningOperations(state, clock), announcer, who);
    }

    private OperationJournal(RunningOperations running, Announcer announcer, Requester who) {
        this.running = running;
        this.announcer = announcer;
        this.who = who;
    }

    /** The same journal, for what somebody else asks for. */
    OperationJournal by(Requester asking) {
        return new OperationJournal(running, announcer, asking);
    }

    Requester who() {
        return who;
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
        return around(id, verb, request, events, work, outcome, done -> List.of());
    }

    /** The same for what may end with warnings that were no events. */
    <T> T around(
            OperationId id,
            String verb,
            String request,
            OperationEvents events,
            Supplier<T> work,
            Function<T, String> outcome,
            Function<T, List<String>> warnings) {
        ToldOperation told = announcer.listening(id, events);
        RunningOperations.Begun begun = begin(id, verb, request, told);
        told.started(who, request);
        try {
            T done = work.get();
            String said = outcome.apply(done);
            ExitCode code = told.done(said, warnings.apply(done));
            if (begun != null) {
                write(told, () -> begun.done(code, said));
            }
            return done;
        } catch (RuntimeException e) {
            if (begun != null) {
                write(told, () -> failed(begun, e));
            }
            told.failed(e);
            throw e;
        }
    }

    private static void failed(RunningOperations.Begun begun, RuntimeException e) throws IOException {
        AfException known = AfException.in(e);
        if (known instanceof Cancelled) {
            begun.interrupted(known.fact());
        } else {
            begun.failed(
                    known == null ? ExitCode.FAILED : known.exitCode(),
                    known == null ? e.getClass().getSimpleName() : known.fact());
        }
    }

    /**
     * Writes the one record of what is over in a moment: that a backup was looked into, or that a request was refused.
     *
     * @param code of how it ended
     */
    void noted(OperationId id, String verb, String request, ExitCode code, String outcome, OperationEvents events) {
        write(events, () -> running.noted(id, verb, who, request, code, outcome));
    }

    /** Writes what became of operations whose process was killed. */
    void sweep(OperationEvents events) {
        write(events, running::sweep);
    }

    private RunningOperations.@Nullable Begun begin(
            OperationId id, String verb, String request, OperationEvents events) {
        try {
            return running.begin(id, verb, who, request);
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
}
