package io.agentflow.dr.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectReader;
import io.agentflow.dr.core.BackupId;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The first fields of a manifest: what a list of backups shows. */
public record ManifestHead(BackupId id, String database, Instant createdAt, Summary summary) {

    static ManifestHead read(JsonParser parser, ObjectReader summaries) throws IOException {
        Map<String, String> words = new LinkedHashMap<>();
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (field.equals("summary")) {
                return head(words, summaries.readValue(parser));
            }
            words.put(field, parser.getText());
        }
        throw new IOException("it ends before its summary");
    }

    private static ManifestHead head(Map<String, String> words, Summary summary) throws IOException {
        if (!String.valueOf(Manifest.FORMAT).equals(words.get("formatVersion"))) {
            throw new IOException("its format is " + words.get("formatVersion") + ", this version reads 1");
        }
        return new ManifestHead(
                new BackupId(words.getOrDefault("id", "")),
                words.getOrDefault("database", ""),
                Instant.parse(words.getOrDefault("createdAt", "")),
                summary);
    }
}
