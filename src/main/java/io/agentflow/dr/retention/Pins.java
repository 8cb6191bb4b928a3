package io.agentflow.dr.retention;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.verify.RecordEvidence;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** What holds backups by hand: a file beside each, which nobody writes again. The newest one of a backup counts. */
public final class Pins {
    private static final String UNREADABLE = "its reason cannot be read";
    private static final JsonFactory JSON = new JsonFactory();

    private final BackupCatalog catalog;

    public Pins(BackupCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Holds a backup: it does not expire, and is not deleted.
     *
     * @param reason for people
     * @param by who wants that
     * @throws NotFound if there is no such backup any more
     */
    public void pin(BackupId id, String reason, String by, Instant now) {
        change(id, EvidenceKind.PINNED, Map.of("reason", reason, "by", by), now);
    }

    /** Holds it no longer. */
    public void unpin(BackupId id, String by, Instant now) {
        change(id, EvidenceKind.UNPINNED, Map.of("by", by), now);
    }

    private void change(BackupId id, EvidenceKind kind, Map<String, Object> finding, Instant now) {
        // Who deletes it has it alone: a pin that was written keeps the backup, or the backup is gone before.
        LocalBackup reading = catalog.store().read(id);
        try {
            write(id, kind, finding, now);
        } finally {
            reading.close();
        }
    }

    private void write(BackupId id, EvidenceKind kind, Map<String, Object> finding, Instant now) {
        if (!catalog.store().ids().contains(id)) {
            throw new NotFound(
                    "there is no backup " + id + " in " + catalog.store().name() + " any more",
                    "See: af backup list " + ShellWord.of(catalog.store().name()));
        }
        // Names have seconds, and clocks are set back: this one is newer than the last one all the same.
        Instant at = catalog.pinChanged(id)
                .map(last -> last.plusSeconds(1))
                .filter(next -> next.isAfter(now))
                .orElse(now);
        new RecordEvidence(Clock.fixed(at, ZoneOffset.UTC))
                .record(catalog.store(), id, kind, finding)
                .ifPresent(why -> {
                    throw new OperationFailed(why, "Give this user the right to write into the store.");
                });
    }

    /** Why a backup is pinned; empty if it is not. */
    public String reason(BackupId id) {
        return catalog.pin(id).map(pin -> reason(id, pin)).orElse("");
    }

    private String reason(BackupId id, EvidenceFile pin) {
        try (InputStream content = catalog.open(id, pin);
                JsonParser json = JSON.createParser(content)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("reason")) {
                    return String.valueOf(json.getValueAsString(UNREADABLE));
                }
                json.skipChildren();
            }
            return UNREADABLE;
        } catch (IOException e) {
            return UNREADABLE;
        }
    }

    /**
     * Wants that it is not pinned.
     *
     * @throws Refused if it is
     */
    public void requireNone(BackupId id) {
        catalog.pin(id).ifPresent(pin -> {
            throw new Refused(
                    "backup " + id + " is pinned: " + reason(id, pin),
                    "Unpin it first: "
                            + ShellWord.af(List.of(
                                    "backup",
                                    "unpin",
                                    id.text(),
                                    catalog.store().name())));
        });
    }
}
