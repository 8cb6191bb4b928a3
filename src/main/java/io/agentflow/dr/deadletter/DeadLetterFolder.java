package io.agentflow.dr.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of dead-letter reports: one JSON file for each failed operation, called by its id. What was replayed is moved
 * to {@code replayed} within it.
 */
public final class DeadLetterFolder {
    private static final String SUFFIX = ".json";
    private static final String OWNER = "unix:uid";
    private static final int ROOT = 0;
    private static final String REPLAYED = "replayed";
    /** So many are named where an id fits several. */
    private static final int NAMED = 5;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    public DeadLetterFolder(Path folder) {
        this.folder = folder;
    }

    /** The ids of the operations that failed, newest first. */
    public List<String> ids() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted(java.util.Comparator.reverseOrder())
                    .toList();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * The one report whose id holds this text, or the newest for {@code latest}.
     *
     * @throws NotFound if there is none
     * @throws UsageError if there are several
     */
    public String select(String text) {
        List<String> found = text.equals("latest") ? ids() : fitting(text);
        if (found.isEmpty()) {
            boolean replayed = Files.isDirectory(folder.resolve(REPLAYED))
                    && new DeadLetterFolder(folder.resolve(REPLAYED))
                            .ids().stream().anyMatch(id -> id.contains(text));
            throw new NotFound(
                    "there is no report '" + text + "' in " + folder
                            + (replayed ? ": it was replayed already, and lies in " + REPLAYED : ""),
                    "See: af dead-letters list");
        }
        if (found.size() > 1 && !text.equals("latest")) {
            throw new UsageError(
                    "'" + text + "' fits " + found.size() + " reports",
                    "Give more of the id: " + String.join(", ", found.subList(0, Math.min(NAMED, found.size())))
                            + (found.size() > NAMED ? ", …" : ""));
        }
        return found.get(0);
    }

    /** The ids that hold this text, newest first. */
    public List<String> fitting(String text) {
        return ids().stream().filter(id -> id.contains(text)).toList();
    }

    /** One report. */
    public JsonNode report(String id) {
        try {
            return JSON.readTree(Files.readAllBytes(folder.resolve(id + SUFFIX)));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Where it is. */
    public Path path() {
        return folder.toAbsolutePath().normalize();
    }

    /** A report that somebody else has put here would have commands run that he may not run himself. */
    private void requireOurs(String id) {
        try {
            Object owner = Files.getAttribute(folder.resolve(id + SUFFIX), OWNER, LinkOption.NOFOLLOW_LINKS);
            Object ours = Files.getAttribute(folder, OWNER);
            if (!owner.equals(ours) && !owner.equals(ROOT)) {
                throw new Refused(
                        "the report " + id + " belongs to the user " + owner + ", and the folder to " + ours,
                        "Somebody else has put it there: read it, and type the command yourself if it is right.");
            }
        } catch (IOException e) {
            throw unreadable(e);
        } catch (UnsupportedOperationException e) {
            // Windows: its users are told apart by the rights of the folder alone.
            return;
        }
    }

    /**
     * The arguments with which af does again what failed.
     *
     * @throws UsageError if the report has none
     * @throws Refused if the report belongs to another user than the folder, and not to root
     */
    public List<String> arguments(String id) {
        requireOurs(id);
        JsonNode arguments = report(id).path("arguments");
        List<String> words = Stream.iterate(0, i -> i < arguments.size(), i -> i + 1)
                .map(i -> arguments.get(i).asText())
                .toList();
        if (words.isEmpty() || !words.get(0).equals("backup")) {
            throw new UsageError("the report " + id + " does not say how to do it again", "Type the command yourself.");
        }
        return words;
    }

    /** Puts a report aside that was replayed with success. */
    public void replayed(String id) {
        try {
            Files.createDirectories(folder.resolve(REPLAYED));
            Files.move(
                    folder.resolve(id + SUFFIX),
                    folder.resolve(REPLAYED).resolve(id + SUFFIX),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Deletes a report. */
    public void discard(String id) {
        try {
            Files.delete(folder.resolve(id + SUFFIX));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private OperationFailed unreadable(IOException e) {
        return new OperationFailed(
                "the dead letters in " + folder + " cannot be read or written: " + Reason.of(e),
                "Check the rights, and af.dead-letters.",
                e);
    }
}
