package io.agentflow.dr.route;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a route says lies in a folder: a line for each entry, {@code BYTES NAME} or {@code NAME/} for a folder in it; or
 * JSON as web servers write it, {@code [{"name": …, "size": …, "type": "file"}]}.
 *
 * @param name of the file or folder, without what is above it
 * @param bytes its length; 0 for a folder
 */
record StoreListing(String name, long bytes, boolean folder) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads all. @throws IOException if it is neither form, or breaks off */
    static List<StoreListing> read(InputStream answer) throws IOException {
        BufferedInputStream text = new BufferedInputStream(answer);
        int first;
        do {
            text.mark(1);
            first = text.read();
        } while (first >= 0 && Character.isWhitespace(first));
        text.reset();
        return first == '[' ? fromJson(text) : fromLines(text);
    }

    private static List<StoreListing> fromLines(InputStream text) throws IOException {
        List<StoreListing> entries = new ArrayList<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                entries.add(fromLine(line.strip()));
            }
        }
        return entries;
    }

    private static StoreListing fromLine(String line) throws IOException {
        if (line.endsWith("/")) {
            return entry(line.substring(0, line.length() - 1), 0, true);
        }
        int space = line.indexOf(' ');
        try {
            return entry(line.substring(space + 1), Long.parseLong(line.substring(0, Math.max(0, space))), false);
        } catch (NumberFormatException e) {
            throw new IOException("the list has the line '" + line + "', not 'BYTES NAME' or 'NAME/'", e);
        }
    }

    private static List<StoreListing> fromJson(InputStream text) throws IOException {
        List<StoreListing> entries = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                JsonNode entry = parser.readValueAsTree();
                entries.add(fromObject(entry));
            }
            if (parser.currentToken() != JsonToken.END_ARRAY) {
                throw new IOException("the list is no array of objects");
            }
        }
        return entries;
    }

    private static StoreListing fromObject(JsonNode entry) throws IOException {
        String name = entry.path("name").asText();
        boolean folder = name.endsWith("/")
                || entry.path("type").asText().equals("directory")
                || entry.path("is_dir").asBoolean();
        if (!folder && !entry.path("size").canConvertToLong()) {
            throw new IOException("the list has '" + name + "' without its size");
        }
        return entry(
                name.endsWith("/") ? name.substring(0, name.length() - 1) : name,
                folder ? 0 : entry.path("size").asLong(),
                folder);
    }

    private static StoreListing entry(String name, long bytes, boolean folder) throws IOException {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/")) {
            throw new IOException("the list has '" + name + "', which is no name of a file or folder");
        }
        return new StoreListing(name, bytes, folder);
    }
}
