package io.agentflow.dr.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What was given as {@code af.request.key.<id>.…}, before anybody has looked whether it makes sense. */
final class RequestKeySettings {
    private static final Pattern NAME = Pattern.compile("af\\.request\\.key\\.([a-z0-9_-]{1,64})\\.([a-z-]+)");
    private static final List<String> KNOWN = List.of("secret-file", "public-key-file", "databases", "operations");

    private final Map<String, Map<String, String>> byId = new TreeMap<>();

    /**
     * Takes what is of such a key.
     *
     * @param problems gets what is wrong with it
     * @return whether it is
     */
    boolean accept(String name, String value, Path file, List<String> problems) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        if (KNOWN.contains(matcher.group(2))) {
            byId.computeIfAbsent(matcher.group(1), absent -> new TreeMap<>()).put(matcher.group(2), value);
        } else {
            problems.add(name + " in " + file + " is unknown; known are " + KNOWN);
        }
        return true;
    }

    /** By their id. What their files hold is not looked at yet. */
    List<ConfiguredKey> keys() {
        List<ConfiguredKey> keys = new ArrayList<>();
        byId.forEach((id, of) -> keys.add(new ConfiguredKey(
                id,
                path(of.get("secret-file")),
                path(of.get("public-key-file")),
                AfConfig.words(of.getOrDefault("databases", "")),
                AfConfig.words(of.getOrDefault("operations", "")))));
        return keys;
    }

    private static @Nullable Path path(@Nullable String text) {
        return text == null ? null : Path.of(text);
    }
}
