package io.agentflow.dr.event;

import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.core.Requester;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes events of what happens, and hands them on. Every text is redacted. */
public final class Announcer {
    private static final int LONGEST = 4000;

    private final Consumer<CloudEvent> recipients;
    private final Clock clock;
    private final Duration pace;
    private final Redaction redaction;

    /**
     * @param recipients must neither wait nor throw
     * @param pace the progress of an operation is told so often at most
     */
    public Announcer(Consumer<CloudEvent> recipients, Clock clock, Duration pace, Redaction redaction) {
        this.recipients = recipients;
        this.clock = clock;
        this.pace = pace;
        this.redaction = redaction;
    }

    /**
     * Listens to an operation from its beginning to its end.
     *
     * @param events who listens besides; may be one that this returned for the same operation
     */
    public ToldOperation listening(OperationId id, OperationEvents events) {
        return events instanceof ToldOperation already && already.id().equals(id)
                ? already
                : new ToldOperation(id, events, this);
    }

    /**
     * Tells that the newest backup of a database is too old.
     *
     * @param newest null if there is none
     */
    public void overdue(String database, String store, Requester who, @Nullable Instant newest, Duration allowed) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("database", database);
        data.put("store", store);
        data.put("newestBackup", newest == null ? null : newest.toString());
        data.put(
                "ageSeconds",
                newest == null
                        ? null
                        : Duration.between(newest, clock.instant()).toSeconds());
        data.put("allowedSeconds", allowed.toSeconds());
        announce(CloudEvent.Type.OVERDUE, database, who, Severity.ERROR, data);
    }

    /**
     * Tells that a store which follows another did not get what it lacks.
     *
     * @param backups how many it lacks
     */
    public void behind(String database, String store, Requester who, int backups, String why) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("database", database);
        data.put("store", store);
        data.put("backups", backups);
        data.put("message", redacted(why));
        announce(CloudEvent.Type.BEHIND, database, who, Severity.WARNING, data);
    }

    /**
     * Tells that a store that was behind has all again.
     *
     * @param backups how many were sent now
     */
    public void caughtUp(String database, String store, Requester who, int backups) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("database", database);
        data.put("store", store);
        data.put("backups", backups);
        announce(CloudEvent.Type.CAUGHT_UP, database, who, Severity.INFO, data);
    }

    Duration pace() {
        return pace;
    }

    Instant now() {
        return clock.instant();
    }

    /** Without secrets, and not longer than a queue of these can bear. */
    String redacted(String text) {
        String masked = redaction.of(text);
        return masked.length() <= LONGEST ? masked : masked.substring(0, LONGEST) + "…";
    }

    void announce(CloudEvent.Type type, String subject, Requester who, Severity severity, Map<String, Object> data) {
        recipients.accept(new CloudEvent(
                UUID.randomUUID().toString(),
                "urn:af:" + (who.host().isEmpty() ? "localhost" : who.host().replaceAll("[^A-Za-z0-9.-]", "-")),
                type,
                subject,
                clock.instant(),
                severity,
                data));
    }
}
