package io.agentflow.dr.config;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.retention.Period;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.store.StoreUri;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The stores that have a name: {@code af.store.<name>}, and how long each keeps backups. */
public final class NamedStores {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]*");
    private static final Pattern KEY =
            Pattern.compile("af\\.store\\.([a-z0-9][a-z0-9_-]*)(?:\\.(retention\\.[a-z-]+))?");
    private static final List<String> RULES = Stream.concat(
                    Stream.of(RetentionPolicy.LAST, RetentionPolicy.WITHIN),
                    Arrays.stream(Period.values()).map(Period::key))
            .map(rule -> "retention." + rule)
            .toList();

    private final Map<String, String> uris = new TreeMap<>();
    private final Map<String, Map<String, String>> retention = new TreeMap<>();

    NamedStores() {}

    /**
     * Takes what is of such a store.
     *
     * @param problems gets what is wrong with it
     * @return whether it is
     */
    boolean accept(String key, String value, Path file, List<String> problems) {
        Matcher matcher = KEY.matcher(key);
        if (!matcher.matches()) {
            return false;
        }
        String rule = matcher.group(2);
        if (rule == null) {
            uris.put(matcher.group(1), value);
        } else if (RULES.contains(rule)) {
            retention
                    .computeIfAbsent(matcher.group(1), absent -> new TreeMap<>())
                    .put(rule, value);
        } else {
            problems.add(key + " in " + file + " is unknown; known are " + RULES);
        }
        return true;
    }

    /** Notes what is wrong with them, by key. */
    void check(AfConfig config, List<String> problems) {
        uris.forEach((name, uri) -> {
            try {
                if (uri.isEmpty()) {
                    problems.add("af.store." + name + " is empty");
                } else if (!StoreUri.isPath(uri)) {
                    StoreUri.parse(uri);
                }
            } catch (UsageError e) {
                problems.add("af.store." + name + ": " + e.fact());
            }
        });
        retention.keySet().stream()
                .filter(name -> !uris.containsKey(name))
                .forEach(name -> problems.add("af.store." + name + " is missing, which has a retention"));
        if (problems.isEmpty()) {
            twins(problems);
            retention.keySet().forEach(name -> new RetentionByStore(config).check(named(name), problems));
        }
    }

    /** Two names at one place: the shorter retention of either would count for both. */
    private void twins(List<String> problems) {
        List<ConfiguredStore> all = all();
        for (int i = 0; i < all.size(); i++) {
            for (ConfiguredStore other : all.subList(i + 1, all.size())) {
                if (all.get(i).isSameAs(other)) {
                    problems.add("af.store." + all.get(i).name() + " and af.store." + other.name()
                            + " are one and the same place");
                }
            }
        }
    }

    /**
     * The store of this name; else the one that this text is itself.
     *
     * @throws UsageError if it looks like a name, and neither a store nor a directory has it: backups would go astray
     */
    public ConfiguredStore named(String word) {
        String uri = uris.get(word);
        if (uri != null) {
            return new ConfiguredStore(word, uri);
        }
        if (!uris.isEmpty() && NAME.matcher(word).matches() && !Files.exists(Path.of(word))) {
            throw new UsageError(
                    "no store is called " + word + "; there are " + String.join(", ", uris.keySet()),
                    "Name one of them, or write ./" + word + " for a directory.");
        }
        return uris.entrySet().stream()
                .filter(one -> one.getValue().equals(word))
                .findFirst()
                .map(one -> new ConfiguredStore(one.getKey(), word))
                .orElseGet(() -> new ConfiguredStore(word, word));
    }

    /** All of them, by their names. */
    public List<ConfiguredStore> all() {
        List<ConfiguredStore> all = new ArrayList<>();
        uris.forEach((name, uri) -> all.add(new ConfiguredStore(name, uri)));
        return all;
    }

    /**
     * What a store says itself of a rule.
     *
     * @param rule such as {@code retention.keep-last}
     */
    Optional<String> rule(ConfiguredStore store, String rule) {
        return Optional.ofNullable(
                retention.getOrDefault(store.name(), Map.of()).get(rule));
    }
}
