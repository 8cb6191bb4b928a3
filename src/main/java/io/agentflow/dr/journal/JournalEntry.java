package io.agentflow.dr.journal;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One record, without its place in the chain.
 *
 * @param operation its id
 * @param verb backup, restore, undo, verify, delete …
 * @param phase what happened to the operation
 * @param user of the operating system who ran af
 * @param host on which af ran
 * @param request what was asked for, without secrets
 * @param exitCode null while it runs
 * @param outcome what came of it, or why it failed; null while it runs
 */
@JsonPropertyOrder({"at", "operation", "verb", "phase", "user", "host", "pid", "request", "exitCode", "outcome"})
public record JournalEntry(
        Instant at,
        String operation,
        String verb,
        Phase phase,
        String user,
        String host,
        long pid,
        String request,
        @Nullable Integer exitCode,
        @Nullable String outcome) {

    /** What happened to an operation. */
    public enum Phase {
        STARTED,
        DONE,
        FAILED,
        /** Its process was killed; written by the next start. */
        INTERRUPTED
    }

    /** The record that ends this one. */
    JournalEntry ended(Instant when, Phase how, @Nullable Integer code, String what) {
        return new JournalEntry(when, operation, verb, how, user, host, pid, request, code, what);
    }
}
