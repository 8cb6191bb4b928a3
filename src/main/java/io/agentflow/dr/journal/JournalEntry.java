package io.agentflow.dr.journal;

import com.fasterxml.jackson.core.JsonGenerator;
import io.agentflow.dr.core.Requester;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One record, without its place in the chain.
 *
 * @param operation its id
 * @param verb backup, restore, undo, verify, delete, show …
 * @param phase what happened to the operation
 * @param user of the operating system who ran af
 * @param key id of the key that signed the request; null if none did
 * @param host on which af ran
 * @param from where the wish came from: a terminal, an ssh client, a schedule, a message
 * @param request what was asked for, without secrets
 * @param exitCode null while it runs
 * @param outcome what came of it, or why it failed; null while it runs
 */
public record JournalEntry(
        Instant at,
        String operation,
        String verb,
        Phase phase,
        String user,
        @Nullable String key,
        String host,
        String from,
        long pid,
        String request,
        @Nullable Integer exitCode,
        @Nullable String outcome) {

    /** So many characters of a text are kept: a message may quote whatever a database held. */
    static final int MOST = 4096;

    public JournalEntry {
        from = cut(from);
        request = cut(request);
        outcome = outcome == null ? null : cut(outcome);
    }

    private static String cut(String text) {
        if (text.length() <= MOST) {
            return text;
        }
        // Half of a pair of surrogates is no character.
        int end = Character.isHighSurrogate(text.charAt(MOST - 1)) ? MOST - 1 : MOST;
        return text.substring(0, end) + " … (" + (text.length() - end) + " more characters)";
    }

    /** What happened to an operation. */
    public enum Phase {
        STARTED,
        DONE,
        FAILED,
        /** It was refused before anything was touched. */
        REFUSED,
        /** It was cancelled, or its process was killed; then written by the next start. */
        INTERRUPTED
    }

    /**
     * Writes it into an object that is open, in the order that docs/reference/journal.md says.
     *
     * @param called what the phase is called there
     */
    void writeFields(JsonGenerator json, String called) throws IOException {
        json.writeStringField("at", at.toString());
        json.writeStringField("operation", operation);
        json.writeStringField("verb", verb);
        json.writeStringField("phase", called);
        json.writeStringField("user", user);
        json.writeStringField("key", key);
        json.writeStringField("host", host);
        json.writeStringField("from", from);
        json.writeNumberField("pid", pid);
        json.writeStringField("request", request);
        json.writeFieldName("exitCode");
        if (exitCode == null) {
            json.writeNull();
        } else {
            json.writeNumber(exitCode);
        }
        json.writeStringField("outcome", outcome);
    }

    /** The record of a beginning. */
    static JournalEntry started(Instant at, String operation, String verb, Requester who, String request) {
        return new JournalEntry(
                at,
                operation,
                verb,
                Phase.STARTED,
                who.user(),
                who.key(),
                who.host(),
                who.from(),
                ProcessHandle.current().pid(),
                request,
                null,
                null);
    }

    /** The record that ends this one. */
    JournalEntry ended(Instant when, Phase how, @Nullable Integer code, String what) {
        return new JournalEntry(when, operation, verb, how, user, key, host, from, pid, request, code, what);
    }
}
