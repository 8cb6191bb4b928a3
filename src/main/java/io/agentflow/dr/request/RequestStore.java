package io.agentflow.dr.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.store.DirectoryPermissions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The requests that were accepted, one to four small files each, below the state folder. {@code <id>.request} is there
 * before the message is acknowledged, {@code <id>.begun} before its operation begins, {@code <id>.result} before the result
 * is published, {@code <id>.published} behind that. Every file is there whole or not at all and survives a power cut, so
 * that what is there after a crash tells what is to be done.
 */
public final class RequestStore {
    private static final String REQUEST = ".request";
    private static final String BEGUN = ".begun";
    private static final String RESULT = ".result";
    private static final String PUBLISHED = ".published";
    private static final String LOCK = "lock";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    /** @param stateFolder af.state-dir */
    public RequestStore(Path stateFolder) {
        this.folder = stateFolder.resolve("requests");
    }

    /** What the files of a request say. */
    public record Stored(
            AcceptedRequest accepted,
            boolean begun,
            @Nullable RequestResult result,
            boolean published) {
        public String id() {
            return accepted.id();
        }
    }

    /**
     * Takes the folder for this process alone, until the channel is closed, and takes away what a crash left half written.
     *
     * @throws Busy if another process has it
     */
    public FileChannel own() {
        try {
            DirectoryPermissions.OWNER.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new Busy(
                        "another af serve works on the requests in " + folder,
                        "End it, or give this one a folder of its own: af.state-dir");
            }
            for (Path file : files(".tmp")) {
                Files.deleteIfExists(file);
            }
            return channel;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Keeps a request. On the disk when this returns. */
    void accept(AcceptedRequest accepted) {
        ObjectNode document = JSON.createObjectNode();
        document.set("request", JSON.valueToTree(accepted.request().fields()));
        document.put("trigger", accepted.arrival().trigger());
        document.put("replyTo", accepted.arrival().replyTo());
        document.put("correlation", accepted.arrival().correlation());
        document.put("acceptedAt", accepted.acceptedAt().toString());
        write(accepted.id() + REQUEST, document.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Remembers that the operation begins: from now on it is not begun again. */
    public void begin(String id, Instant now) {
        write(id + BEGUN, now.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Keeps the one result of a request. */
    public void finish(RequestResult result) {
        write(result.request() + RESULT, result.json());
    }

    /** Remembers that the result reached its destination. */
    public void published(String id, Instant now) {
        write(id + PUBLISHED, now.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, byte[] content) {
        Path file = folder.resolve(name);
        try {
            DurableFile.write(file, content);
            DirectoryPermissions.OWNER.apply(file);
            DurableFile.forceDirectory(folder);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The request of this id, if it is known. */
    public Optional<Stored> find(String id) {
        Path file = folder.resolve(id + REQUEST);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Path result = folder.resolve(id + RESULT);
            return Optional.of(new Stored(
                    read(Files.readAllBytes(file)),
                    Files.exists(folder.resolve(id + BEGUN)),
                    Files.exists(result) ? RequestResult.read(Files.readAllBytes(result)) : null,
                    Files.exists(folder.resolve(id + PUBLISHED))));
        } catch (IOException | IllegalArgumentException e) {
            throw broken(e);
        }
    }

    private static AcceptedRequest read(byte[] json) throws IOException {
        JsonNode document = JSON.readTree(json);
        Map<String, String> fields = new TreeMap<>();
        document.path("request")
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
        return new AcceptedRequest(
                OperationRequest.of(fields),
                new Arrival(
                        document.path("trigger").asText(),
                        document.path("replyTo").textValue(),
                        document.path("correlation").textValue()),
                Instant.parse(document.path("acceptedAt").asText()));
    }

    /** All that are known, in the order in which they were accepted. */
    public List<Stored> all() {
        List<Stored> all = new ArrayList<>();
        for (Path file : files(REQUEST)) {
            String name = String.valueOf(file.getFileName());
            find(name.substring(0, name.length() - REQUEST.length())).ifPresent(all::add);
        }
        all.sort(Comparator.comparing(stored -> stored.accepted().acceptedAt()));
        return all;
    }

    /**
     * Forgets what has its result published and was accepted before this instant, and has expired: a copy of it that
     * comes now is refused all the same.
     */
    void forget(Instant before, Instant now) {
        for (Stored stored : all()) {
            if (stored.published()
                    && stored.accepted().acceptedAt().isBefore(before)
                    && stored.accepted().request().expiresAt().isBefore(now)) {
                delete(stored.id());
            }
        }
    }

    /** The request last: a crash in between leaves files that mean nothing without it, and the next time deletes them. */
    private void delete(String id) {
        try {
            for (String suffix : List.of(BEGUN, RESULT, PUBLISHED, REQUEST)) {
                Files.deleteIfExists(folder.resolve(id + suffix));
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private List<Path> files(String suffix) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private OperationFailed broken(Exception e) {
        return new OperationFailed(
                "the requests in " + folder + " cannot be read or written: " + e.getMessage(),
                "Check the free space and the rights: af.state-dir",
                e);
    }
}
