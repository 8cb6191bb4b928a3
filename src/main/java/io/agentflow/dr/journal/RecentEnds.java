package io.agentflow.dr.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * How operations ended, by the two newest files of the journal: for a service that starts and must know what happened
 * before it. It reads 64 MiB at the most, and follows no chain: what somebody has broken says nothing, and is passed over.
 */
public final class RecentEnds {
    private static final int FILES = 2;

    private final JournalFiles files;

    public RecentEnds(Path stateFolder) {
        this.files = new JournalFiles(stateFolder.resolve("journal"));
    }

    /**
     * Reads those of one verb, oldest first.
     *
     * @param each is handed the record, as docs/reference/journal.md says
     */
    public void read(String verb, Consumer<JsonNode> each) throws IOException {
        List<Path> all = files.all();
        ObjectMapper json = new ObjectMapper();
        for (Path file : all.subList(Math.max(0, all.size() - FILES), all.size())) {
            // As bytes: a broken letter must not hide the records behind it.
            try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
                lines.filter(line ->
                                line.contains("\"verb\":\"" + verb + "\"") && !line.contains("\"phase\":\"started\""))
                        .forEach(line -> parse(json, line, each));
            }
        }
    }

    private static void parse(ObjectMapper json, String line, Consumer<JsonNode> each) {
        JsonNode record;
        try {
            record = json.readTree(new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            return;
        }
        each.accept(record);
    }
}
