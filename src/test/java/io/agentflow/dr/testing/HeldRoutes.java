package io.agentflow.dr.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's routes with one pause, so that a test can strike at exactly that step. */
public final class HeldRoutes {
    private static final String PAUSE = "        - delay:\n            id: pause\n            expression:\n"
            + "              constant:\n                expression: \"%d\"\n";

    private final Path folder;
    private Duration pause = Duration.ofMillis(1500);

    private HeldRoutes(Path folder) {
        this.folder = folder;
    }

    /** A fresh copy of the routes below this folder. */
    public static HeldRoutes in(Path parent) {
        try {
            Path folder = Files.createTempDirectory(parent, "routes-");
            Path original = Project.file("routes");
            try (Stream<Path> all = Files.walk(original)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Path copy = folder.resolve(original.relativize(path).toString());
                    if (Files.isDirectory(path)) {
                        Files.createDirectories(copy);
                    } else {
                        Files.copy(path, copy);
                    }
                }
            }
            return new HeldRoutes(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long a pause is. */
    public HeldRoutes pausing(Duration time) {
        this.pause = time;
        return this;
    }

    /** Pauses in front of a step of a route, such as {@code seal} of {@code backup/backup-attempt}. */
    public HeldRoutes before(String route, String step) {
        return pause(route, step, Matcher::start);
    }

    /** Pauses behind the last step of a route. */
    public HeldRoutes after(String route, String lastStep) {
        return pause(route, lastStep, matcher -> -1);
    }

    /** Adds a call behind the last step of a route. */
    public HeldRoutes followedBy(String route, String endpoint) {
        try {
            Path file = folder.resolve(route + ".camel.yaml");
            Files.writeString(
                    file,
                    Files.readString(file) + "        - to:\n            id: follow\n            uri: " + endpoint
                            + "\n");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HeldRoutes pause(String route, String step, java.util.function.ToIntFunction<Matcher> where) {
        try {
            Path file = folder.resolve(route + ".camel.yaml");
            String text = Files.readString(file);
            Matcher found =
                    Pattern.compile("(?m)^ {8}- \\w+:\n {12}id: " + step + "$").matcher(text);
            if (!found.find()) {
                throw new IllegalArgumentException(route + " has no step " + step);
            }
            int place = where.applyAsInt(found);
            int at = place < 0 ? text.length() : place;
            Files.writeString(
                    file,
                    text.substring(0, at) + String.format(Locale.ROOT, PAUSE, pause.toMillis()) + text.substring(at));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes af use these routes. */
    public AfProcess of(AfProcess af) {
        return af.with("AF_ROUTES", folder.toString());
    }
}
