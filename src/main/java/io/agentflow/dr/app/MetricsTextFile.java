package io.agentflow.dr.app;

import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.daemon.Meters;
import io.agentflow.dr.store.BackupStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metrics of one database and store as a file for node_exporter's textfile collector, for users of the commands
 * alone: written anew after each operation, seen whole or not at all. What only an earlier run knows is taken over from
 * the file that is there.
 */
final class MetricsTextFile {
    private static final System.Logger LOG = System.getLogger(MetricsTextFile.class.getName());
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(af_[a-z_]+)\\{.*} ([0-9.E+-]{1,30})$");

    private final Path folder;
    private final Clock clock;

    MetricsTextFile(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Writes what is the case now. What cannot be written is a warning.
     *
     * @param outcome tells the state what has just happened
     */
    void write(BackupStore store, String database, Consumer<DatabaseState> outcome, OperationEvents events) {
        String root = store.place();
        Path file = folder.resolve("af-"
                + database.replaceAll("[^A-Za-z0-9_-]", "_") + "-"
                + Sha256.of((database + "\n" + root).getBytes(StandardCharsets.UTF_8))
                        .hex()
                        .substring(0, 8)
                + ".prom");
        try {
            DatabaseState state = new DatabaseState(database, root, null);
            takeOver(state, file);
            state.found(ReadStore.read(store, database));
            outcome.accept(state);
            replace(file, new Meters(List.of(state), clock).scrape());
        } catch (IOException e) {
            events.accept(new OperationEvent.Warned("the metrics could not be written to " + file + ": " + e));
        }
    }

    private static void takeOver(DatabaseState state, Path file) {
        Map<String, Double> before = before(file);
        double failure = before.getOrDefault("af_backup_last_failure_timestamp_seconds", 0.0);
        state.remembered(
                before.getOrDefault("af_backup_duration_seconds", 0.0),
                failure == 0 ? null : Instant.ofEpochMilli(Math.round(failure * 1000)),
                failure > 0 && before.getOrDefault("af_backup_last_status", 1.0) == 0,
                before.getOrDefault("af_rto_measured_seconds", Double.NaN));
    }

    /** What the file says; nothing, if somebody has written something else into it: then it is written anew. */
    private static Map<String, Double> before(Path file) {
        Map<String, Double> before = new HashMap<>();
        try {
            Matcher sample = SAMPLE.matcher(Files.exists(file) ? Files.readString(file) : "");
            while (sample.find()) {
                before.put(sample.group(1), Double.valueOf(sample.group(2)));
            }
        } catch (IOException | NumberFormatException e) {
            LOG.log(System.Logger.Level.WARNING, file + " is not what af wrote", e);
        }
        return before;
    }

    private void replace(Path file, String text) throws IOException {
        Path unseen = Files.createTempFile(folder, ".af-", ".tmp");
        try {
            Files.writeString(unseen, text);
            if (unseen.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                // node_exporter runs as somebody else.
                Files.setPosixFilePermissions(unseen, PosixFilePermissions.fromString("rw-r--r--"));
            }
            Files.move(unseen, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unseen);
        }
    }
}
