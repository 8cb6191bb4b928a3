package io.agentflow.dr.app;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.daemon.Health;
import io.agentflow.dr.event.Announcer;
import io.agentflow.dr.event.ToldOperation;
import io.agentflow.dr.journal.JournalEntry;
import io.agentflow.dr.journal.RunningOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has every operation written into the journal, with its end, and told to whoever is to be told. A journal that cannot be
 * written is a warning: on a bad day it must not stand in the way of a restore.
 */
final class OperationJournal {
    private final RunningOperations running;
    private final Announcer announcer;
    private final Redaction redaction;
    private final Requester who;
    private final AtomicInteger failures = new AtomicInteger();
    private final Path state;
    private final BiConsumer<Operation, AfException> report;
    /** Why the last record could not be written; empty if it was. */
    private final AtomicReference<String> broken;

    /** @param report makes the dead letter of what was killed */
    OperationJournal(
            Path state,
            Clock clock,
            Announcer announcer,
            Redaction redaction,
            Requester who,
            BiConsumer<Operation, AfException> report) {
        this(new RunningOperations(state, clock), state, new AtomicReference<>(""), announcer, redaction, who, report);
    }

    private OperationJournal(
            RunningOperations running,
            Path state,
            AtomicReference<String> broken,
            Announcer announcer,
            Redaction redaction,
            Requester who,
            BiConsumer<Operation, AfException> report) {
        this.report = report;
        this.running = running;
        this.state = state;
        this.broken = broken;
        this.announcer = announcer;
        this.redaction = redaction;
        this.who = who;
    }

    /** The same journal, for what somebody else asks for. */
    OperationJournal by(Requester asking) {
        return new OperationJournal(running, state, broken, announcer, redaction, asking, report);
    }

    /** Whether operations and requests can be kept on the disk. */
    Health.Check check() {
        String why = Objects.requireNonNullElse(broken.get(), "");
        if (why.isEmpty()) {
            why = putAside();
        }
        if (why.isEmpty() && Files.isDirectory(state) && (!Files.isWritable(state) || full())) {
            why = "it cannot be written, or has no space";
        }
        return new Health.Check(
                "state", "", why.isEmpty(), state + (why.isEmpty() ? " holds the journal and requests" : ": " + why));
    }

    /** How many records there are; NaN if nobody can tell. */
    double records() {
        try {
            return running.records();
        } catch (IOException | AfException e) {
            return Double.NaN;
        }
    }

    private String putAside() {
        try {
            return running.brokenJournal()
                    .map(aside -> "the journal was broken, and is put aside in " + aside + ": af journal verify")
                    .orElse("");
        } catch (IOException | UncheckedIOException e) {
            return "it cannot be read: " + e.getMessage();
        }
    }

    private boolean full() {
        try {
            return Files.getFileStore(state).getUsableSpace() == 0;
        } catch (IOException e) {
            return true;
        }
    }

    Requester who() {
        return who;
    }

    /**
     * Does the work between two records.
     *
     * @param request what is asked for, without secrets
     * @param judge says what came of it
     */
    <T> T around(
            OperationId id,
            String verb,
            String request,
            OperationEvents events,
            Supplier<T> work,
            Function<T, Verdict> judge) {
        ToldOperation told = announcer.listening(id, events);
        int before = failures.get();
        RunningOperations.Begun begun = begin(id, verb, request, told);
        told.started(who, request);
        try {
            T done = work.get();
            ended(begun, told, judge.apply(done), before);
            return done;
        } catch (RuntimeException e) {
            failed(begun, told, e, before);
            throw e;
        } catch (Error e) {
            // Of a jar that was exchanged under a service that runs, for instance: no end at all would look like a
            // kill.
            failed(begun, told, new IllegalStateException(e.toString(), e), before);
            throw e;
        }
    }

    private void ended(RunningOperations.@Nullable Begun begun, ToldOperation told, Verdict verdict, int before) {
        AfException found = verdict.found();
        if (found != null) {
            failed(begun, told, found, before);
            return;
        }
        if (begun != null) {
            write(told, () -> begun.done(verdict.code(), redaction.of(verdict.words())));
        }
        told.done(verdict.code(), verdict.words(), verdict.warnings());
    }

    private void failed(RunningOperations.@Nullable Begun begun, ToldOperation told, RuntimeException e, int before) {
        AfException known = AfException.in(e);
        if (known != null && known.exitCode() == ExitCode.WARNINGS) {
            // It is done, and only what came after it is not.
            if (begun != null) {
                write(told, () -> begun.done(known.exitCode(), redaction.of(known.fact())));
            }
            told.done(known.exitCode(), known.fact(), List.of(known.fact()));
            failures.getAndIncrement();
            return;
        }
        if (begun != null) {
            write(told, () -> failed(begun, e));
        }
        // A request fails because the operation in it did, and that has been told.
        told.failed(e, failures.getAndIncrement() > before);
    }

    private void failed(RunningOperations.Begun begun, RuntimeException e) throws IOException {
        AfException known = AfException.in(e);
        if (known instanceof Cancelled) {
            begun.interrupted(redaction.of(known.fact()));
        } else {
            begun.failed(
                    known == null ? ExitCode.FAILED : known.exitCode(),
                    known == null ? e.getClass().getSimpleName() : redaction.of(known.fact()));
        }
    }

    /** Writes the one record of what is over in a moment: that a backup was looked into. */
    void looked(OperationId id, String request, OperationEvents events) {
        write(events, () -> noted(id, request, ExitCode.OK, ""));
    }

    /** Writes, and tells, that something was asked for that came to nothing before it began. */
    void refused(OperationId id, String request, AfException why, OperationEvents events) {
        ToldOperation told = announcer.listening(id, events);
        write(told, () -> noted(id, request, why.exitCode(), why.fact()));
        told.cameToNothing(who, request, why);
    }

    private void noted(OperationId id, String request, ExitCode code, String outcome) throws IOException {
        running.noted(id, id.verb(), who, redaction.of(request), code, redaction.of(outcome));
    }

    /** Writes what became of operations whose process was killed, and tells of each. @return them */
    List<JournalEntry> sweep(OperationEvents events) {
        List<JournalEntry> killed = new ArrayList<>();
        write(events, () -> running.sweep(killed::add));
        killed.forEach(entry -> killed(entry, events));
        return killed;
    }

    /** What a request was killed over is told itself, and the request goes on or is answered by whoever keeps it. */
    private void killed(JournalEntry entry, OperationEvents events) {
        if (entry.verb().equals("request")) {
            return;
        }
        AfException why = new AfException(
                ExitCode.FAILED,
                "its process was killed",
                "See who did it (journalctl, dmesg), look at what it was to do, and run it again.");
        OperationId id = new OperationId(entry.operation());
        ToldOperation told = announcer.listening(id, events);
        told.accept(new OperationEvent.Warned(
                entry.operation() + " was killed with its process: " + entry.request() + "; see af dead-letters list"));
        report.accept(new Operation(id, entry.at(), entry.request(), List.of(), told), why);
        told.cameToNothing(new Requester(entry.user(), entry.host(), entry.from(), entry.key()), entry.request(), why);
    }

    private RunningOperations.@Nullable Begun begin(
            OperationId id, String verb, String request, OperationEvents events) {
        String before = putAside();
        sweep(events);
        try {
            RunningOperations.Begun begun = running.begin(id, verb, who, redaction.of(request));
            broken.set("");
            String aside = putAside();
            if (!aside.equals(before)) {
                events.accept(new OperationEvent.Warned(aside));
            }
            return begun;
        } catch (IOException | UncheckedIOException | AfException e) {
            broken(events, e);
            return null;
        }
    }

    /** What may fail to be written. */
    private interface Writing {
        void write() throws IOException;
    }

    private void write(OperationEvents events, Writing writing) {
        try {
            writing.write();
        } catch (IOException | UncheckedIOException | AfException e) {
            broken(events, e);
        }
    }

    private void broken(OperationEvents events, Exception e) {
        String why = "the journal cannot be written: " + said(e);
        broken.set(why);
        events.accept(new OperationEvent.Warned(why));
    }

    private static String said(Exception e) {
        return e instanceof AfException known ? known.fact() : String.valueOf(e.getMessage());
    }
}
