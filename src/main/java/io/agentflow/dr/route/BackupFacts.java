package io.agentflow.dr.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.backup.BackupRun;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/** What a route of the user's may want to know of a backup: the same in every version, whatever the classes are called. */
public final class BackupFacts {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The name of the database that is about to be dumped. */
    public String database(BackupRun.Checked checked) {
        return checked.request().url().database().text();
    }

    /** A published backup as JSON: {@code id, database, createdAt, bytes, tables, folder, warnings}. */
    public String json(BackupRun.Published published) throws JsonProcessingException {
        Manifest manifest = published.manifest();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("id", manifest.id().text());
        facts.put("database", manifest.database());
        facts.put("createdAt", manifest.createdAt().toString());
        facts.put("bytes", manifest.summary().bytes());
        facts.put("tables", manifest.tables().size());
        facts.put("folder", published.folder().toAbsolutePath().normalize().toString());
        facts.put("warnings", published.warnings());
        return JSON.writeValueAsString(facts);
    }

    /**
     * A message for each file of a published backup: the file is its body, and {@code CamelFileName} is its path from the
     * store on. The manifest comes last, so that a copy which was broken off is no backup.
     */
    public List<Message> files(BackupRun.Published published, Exchange exchange) {
        Path folder = published.folder();
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing((Path file) -> file.endsWith(Manifest.FILE.text()))
                            .thenComparing(Comparator.naturalOrder()))
                    .map(file -> message(folder, file, exchange))
                    .toList();
        } catch (IOException e) {
            throw new OperationFailed("the files of " + folder + " cannot be listed", "Check its rights.", e);
        }
    }

    private static Message message(Path folder, Path file, Exchange exchange) {
        Message message = new DefaultMessage(exchange);
        message.setBody(file.toFile());
        message.setHeader(
                Exchange.FILE_NAME,
                folder.getFileName() + "/" + folder.relativize(file).toString().replace('\\', '/'));
        return message;
    }
}
