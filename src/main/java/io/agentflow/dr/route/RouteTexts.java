package io.agentflow.dr.route;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The texts of all route files that count, by their paths. A file of the user's own folder stands in for the one of the
 * same name that af came with.
 */
public record RouteTexts(Map<Path, String> files) {
    /** How a file of routes ends. */
    public static final String ENDING = ".camel.yaml";

    /** Files to copy from, which are not loaded where they lie. */
    private static final Path EXAMPLES = Path.of("examples");

    /** Those that tell others: they run in a context of their own, and only where somebody is to be told. */
    private static final Path NOTIFY = Path.of("notify");

    private static final Pattern ENDPOINT = Pattern.compile("direct:[\\w.-]+");
    private static final Pattern COMPUTED =
            Pattern.compile("direct:(//|\\$|\\{)|\\$\\{[^}]*direct:|(?m)uri:\\s*[\"']?direct[\"']?\\s*(,.*|}.*|#.*)?$");
    private static final Pattern ROUTES = Pattern.compile("(?m)^- (route|from):");
    private static final Pattern OTHER = Pattern.compile("(?m)^- (?!route:|from:)\\w+:");

    public RouteTexts {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
    }

    /**
     * Reads them.
     *
     * @param own the user's folder, or null for none
     * @throws AfException if one cannot be read
     */
    public static RouteTexts read(Path folder, @Nullable Path own) {
        Map<String, Path> byName = new TreeMap<>();
        find(folder, byName);
        if (own != null) {
            find(own, byName);
        }
        Map<Path, String> files = new TreeMap<>();
        byName.values().forEach(file -> files.put(file, text(file)));
        return new RouteTexts(files);
    }

    /**
     * Reads those that tell others, in the same way.
     *
     * @param own the user's folder, or null for none
     * @throws AfException if one cannot be read
     */
    public static RouteTexts notifying(Path folder, @Nullable Path own) {
        Path ownNotify = own == null ? null : own.resolve(NOTIFY);
        return read(folder.resolve(NOTIFY), ownNotify != null && Files.isDirectory(ownNotify) ? ownNotify : null);
    }

    /**
     * Those that can have to do with what enters here: all but the files of routes that no mention of a {@code direct:}
     * endpoint connects with it. A command loads half as many for that. Where an endpoint is named in another way, or its
     * name is put together while a route runs, nothing is left out.
     *
     * @param values that placeholders stand for, which may name endpoints, too
     */
    public RouteTexts reachedFrom(String entry, Collection<?> values) {
        if (files.values().stream().anyMatch(text -> COMPUTED.matcher(text).find())) {
            return this;
        }
        Set<String> reached = new HashSet<>(Set.of(entry));
        values.forEach(value -> reached.addAll(mentions(String.valueOf(value))));
        Map<Path, String> taken = new TreeMap<>();
        boolean more = true;
        while (more) {
            more = false;
            for (Map.Entry<Path, String> file : files.entrySet()) {
                Set<String> mentioned = mentions(file.getValue());
                if (!taken.containsKey(file.getKey())
                        && (!isRoute(file.getValue()) || !Collections.disjoint(mentioned, reached))) {
                    taken.put(file.getKey(), file.getValue());
                    reached.addAll(mentioned);
                    more = true;
                }
            }
        }
        return new RouteTexts(taken);
    }

    /** Whether there is nothing in it but routes: what else there is counts for all of them. */
    private static boolean isRoute(String text) {
        return ROUTES.matcher(text).find() && !OTHER.matcher(text).find();
    }

    private static Set<String> mentions(String text) {
        return ENDPOINT.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
    }

    private static void find(Path folder, Map<String, Path> byName) {
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(file -> file.toString().endsWith(ENDING))
                    .filter(file -> !folder.relativize(file).startsWith(EXAMPLES))
                    .filter(file -> !folder.relativize(file).startsWith(NOTIFY))
                    .sorted()
                    .forEach(file -> byName.put(String.valueOf(file.getFileName()), file));
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static AfException unreadable(Path path, IOException e) {
        return new AfException(
                ExitCode.REFUSED,
                "the routes in " + path + " cannot be used: " + Reason.of(e),
                "Check the path and its rights: af.routes, af.extra-routes.",
                e);
    }
}
