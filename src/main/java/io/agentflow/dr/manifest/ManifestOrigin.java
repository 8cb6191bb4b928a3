package io.agentflow.dr.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which cluster a backup came from, and where its WAL was.
 *
 * @param url of the database, without its password
 * @param systemIdentifier of the cluster; null if the role might not read it
 * @param lsn at the snapshot; null if the role might not read it
 */
public record ManifestOrigin(
        String url,
        @Nullable String systemIdentifier,
        @Nullable String lsn) {
    /**
     * Reads a manifest as far as its source, and nothing behind it.
     *
     * @throws ManifestDamagedException if it does not begin like a manifest
     */
    public static ManifestOrigin read(InputStream json) {
        try (JsonParser parser = ManifestSyntax.JSON.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean source = parser.currentName().equals("source");
                parser.nextToken();
                if (source) {
                    return source(parser);
                }
                parser.skipChildren();
            }
            throw new IOException("it ends before its source");
        } catch (IOException | RuntimeException e) {
            throw new ManifestDamagedException("the manifest cannot be read: " + e.getMessage(), e);
        }
    }

    private static ManifestOrigin source(JsonParser parser) throws IOException {
        Map<String, @Nullable String> words = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            words.put(field, value == JsonToken.VALUE_STRING ? parser.getText() : null);
            parser.skipChildren();
        }
        String url = words.get("url");
        if (url == null) {
            throw new IOException("its source has no url");
        }
        return new ManifestOrigin(url, words.get("systemIdentifier"), words.get("lsn"));
    }

    /** The LSN as a number, to be compared as an unsigned one; null if there is none, or it is none. */
    public @Nullable Long position() {
        if (lsn == null || !lsn.matches("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")) {
            return null;
        }
        int slash = lsn.indexOf('/');
        return Long.parseLong(lsn, 0, slash, 16) << 32 | Long.parseLong(lsn, slash + 1, lsn.length(), 16);
    }
}
