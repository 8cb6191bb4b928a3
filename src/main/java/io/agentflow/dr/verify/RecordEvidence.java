package io.agentflow.dr.verify;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.store.BackupStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Adds to a backup what was just found out about it. */
public final class RecordEvidence {

    private final Clock clock;

    public RecordEvidence(Clock clock) {
        this.clock = clock;
    }

    /**
     * Writes the finding, as JSON, beside the backup.
     *
     * @return why it could not be written, for instance because the store is read-only; empty when it was
     */
    public Optional<String> record(BackupStore store, BackupId id, EvidenceKind kind, Map<String, Object> finding) {
        Instant now = clock.instant();
        try {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("apiVersion", "af/v1");
            document.put("kind", "Evidence");
            document.put("backup", id.text());
            document.put("evidence", kind.text());
            document.put("at", now.toString());
            document.putAll(finding);
            byte[] json = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
            store.addEvidence(id, EvidenceFile.name(now, kind, json), json);
            return Optional.empty();
        } catch (AfException e) {
            return Optional.of("the evidence could not be recorded: " + e.fact());
        } catch (IOException e) {
            return Optional.of("the evidence could not be recorded: " + e.getMessage());
        }
    }
}
