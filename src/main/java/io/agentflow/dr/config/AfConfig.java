package io.agentflow.dr.config;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.store.DirectoryPermissions;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The configuration: environment before file before default. All mistakes are reported at once, by key. */
public final class AfConfig {
    private static final String SECRET_FILE = "-file";

    private final Map<ConfigKey, String> values = new EnumMap<>(ConfigKey.class);
    private final List<String> problems = new ArrayList<>();

    private static final Pattern OF_DATABASE = Pattern.compile("af\\.database\\.([a-z0-9_-]+)\\.([a-z-]+)");
    private static final Set<String> DATABASE_KEYS =
            Set.of("url", "schedule", "verify-schedule", "stores", "jobs", "critical-tables", "rpo");

    private String stateHome = "";
    private final Map<ConfigKey, String> sources = new EnumMap<>(ConfigKey.class);
    private final Map<String, Map<String, String>> databases = new TreeMap<>();

    private AfConfig() {}

    /**
     * Loads the configuration.
     *
     * @param file the file to read, or null for none
     * @throws UsageError if a key is unknown or a value is none of its kind
     */
    public static AfConfig load(@Nullable Path file, Map<String, String> environment) {
        AfConfig config = new AfConfig();
        config.stateHome = environment.getOrDefault("XDG_STATE_HOME", "");
        if (file != null) {
            config.read(file);
        }
        for (ConfigKey key : ConfigKey.values()) {
            String value = environment.get(key.variable());
            if (value != null) {
                config.values.put(key, value);
                config.sources.put(key, key.variable());
            }
        }
        config.checkAll();
        return config;
    }

    private void read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UsageError("the configuration " + file + " cannot be read", "Check the path and its rights.", e);
        }
        properties.stringPropertyNames().stream()
                .sorted()
                .forEach(name -> accept(file, name, properties.getProperty(name)));
    }

    private void accept(Path file, String name, String value) {
        Matcher ofDatabase = OF_DATABASE.matcher(name);
        if (ofDatabase.matches()) {
            acceptOfDatabase(file, ofDatabase.group(1), ofDatabase.group(2), value.strip());
            return;
        }
        ConfigKey.of(name)
                .ifPresentOrElse(
                        key -> {
                            values.put(key, value.strip());
                            sources.put(key, file.toString());
                        },
                        () -> {
                            if (name.endsWith(SECRET_FILE)
                                    && ConfigKey.of(name.substring(0, name.length() - SECRET_FILE.length()))
                                            .isPresent()) {
                                fromFile(
                                        ConfigKey.of(name.substring(0, name.length() - SECRET_FILE.length()))
                                                .orElseThrow(),
                                        Path.of(value));
                            } else {
                                problems.add(name + " in " + file + " is unknown; did you mean "
                                        + ConfigKey.nearest(name).key() + "?");
                            }
                        });
    }

    private void acceptOfDatabase(Path file, String name, String key, String value) {
        Map<String, String> keys = databases.computeIfAbsent(name, absent -> new TreeMap<>());
        if (key.equals("url" + SECRET_FILE)) {
            try {
                keys.put("url", Files.readString(Path.of(value)).strip());
            } catch (IOException e) {
                problems.add(
                        "af.database." + name + ".url" + SECRET_FILE + " names " + value + ", which cannot be read");
            }
        } else if (DATABASE_KEYS.contains(key)) {
            keys.put(key, value);
        } else {
            problems.add("af.database." + name + "." + key + " in " + file + " is unknown; known are "
                    + new TreeSet<>(DATABASE_KEYS));
        }
    }

    private void fromFile(ConfigKey key, Path file) {
        try {
            values.put(key, Files.readString(file).strip());
        } catch (IOException e) {
            problems.add(key.key() + SECRET_FILE + " names " + file + ", which cannot be read");
        }
    }

    private void checkAll() {
        check(ConfigKey.JOBS, Integer::parseInt, "a number");
        check(ConfigKey.RETRIES, Integer::parseInt, "a number");
        check(ConfigKey.MANAGEMENT_PORT, Integer::parseInt, "a number");
        check(ConfigKey.TIME_ZONE, AfConfig::zone, "a time zone such as Europe/Vienna or UTC");
        check(ConfigKey.JITTER, AfConfig::duration, "a time such as 90s, 10m or 2h");
        check(ConfigKey.DRAIN_TIMEOUT, AfConfig::duration, "a time such as 90s, 10m or 2h");
        check(ConfigKey.PROOF, ProofLevel::parse, "full, counts or none");
        check(ConfigKey.STALL_TIMEOUT, AfConfig::duration, "a time such as 90s, 10m or 2h");
        check(ConfigKey.RETRY_DELAY, AfConfig::duration, "a time such as 90s, 10m or 2h");
        check(ConfigKey.STORE_FILE_MODE, AfConfig::permissions, "owner, group or all");
        if (!problems.isEmpty()) {
            throw new UsageError(String.join("; ", problems), "Mend the configuration.");
        }
    }

    private void check(ConfigKey key, Function<String, ?> parse, String kind) {
        try {
            Objects.requireNonNull(parse.apply(text(key)));
        } catch (RuntimeException e) {
            problems.add(key.key() + " is '" + text(key) + "', not " + kind);
        }
    }

    /**
     * The databases that are looked after as a service, by name.
     *
     * @throws UsageError with everything that is wrong with them, by key
     */
    public List<ServedDatabase> databases() {
        List<String> wrong = new ArrayList<>();
        List<ServedDatabase> served = new ArrayList<>();
        databases.forEach((name, keys) -> served.add(database(name, keys, wrong)));
        if (!wrong.isEmpty()) {
            throw new UsageError(String.join("; ", wrong), "Mend the configuration.");
        }
        return served;
    }

    private ServedDatabase database(String name, Map<String, String> keys, List<String> wrong) {
        String key = "af.database." + name + ".";
        if (keys.getOrDefault("url", "").isEmpty()) {
            wrong.add(key + "url is missing");
        }
        String store = keys.getOrDefault("stores", text(ConfigKey.STORE));
        if (store.contains(",")) {
            wrong.add(key + "stores names several stores: this version keeps backups in one directory");
        }
        int jobs = number(ConfigKey.JOBS);
        try {
            jobs = Integer.parseInt(keys.getOrDefault("jobs", text(ConfigKey.JOBS)));
        } catch (NumberFormatException e) {
            wrong.add(key + "jobs is '" + keys.get("jobs") + "', not a number");
        }
        Duration rpo = null;
        try {
            String given = keys.get("rpo");
            rpo = given == null ? null : duration(given);
        } catch (RuntimeException e) {
            wrong.add(key + "rpo is '" + keys.get("rpo") + "', not a time such as 90s, 10m or 2h");
        }
        return new ServedDatabase(
                name,
                keys.getOrDefault("url", ""),
                store,
                keys.get("schedule"),
                keys.get("verify-schedule"),
                jobs,
                words(keys.getOrDefault("critical-tables", text(ConfigKey.CRITICAL_TABLES))),
                rpo);
    }

    /** Where the value of a key comes from. */
    public String source(ConfigKey key) {
        return sources.getOrDefault(key, "default");
    }

    /** Where af keeps what must outlive an operation; nothing of it is part of a backup. */
    public Path stateDirectory() {
        String given = text(ConfigKey.STATE_DIRECTORY);
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        if ("root".equals(System.getProperty("user.name"))) {
            return Path.of("/var/lib/af");
        }
        Path home = Path.of(System.getProperty("user.home", "."), ".local", "state");
        return (stateHome.isEmpty() ? home : Path.of(stateHome)).resolve("af");
    }

    /** Where backups are built and fetched to whose store is no directory of this machine. */
    public Path stagingDirectory() {
        String given = text(ConfigKey.STAGING_DIRECTORY);
        return given.isEmpty() ? stateDirectory().resolve("staging") : Path.of(given);
    }

    /** The value as it was given, or the default. */
    public String text(ConfigKey key) {
        return values.getOrDefault(key, key.fallback());
    }

    public boolean given(ConfigKey key) {
        return !values.getOrDefault(key, "").isEmpty();
    }

    public int number(ConfigKey key) {
        return Integer.parseInt(text(key));
    }

    public Duration time(ConfigKey key) {
        return duration(text(key));
    }

    public List<String> list(ConfigKey key) {
        return words(text(key));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
    }

    public ProofLevel proof() {
        return ProofLevel.parse(text(ConfigKey.PROOF));
    }

    public DirectoryPermissions permissions() {
        return permissions(text(ConfigKey.STORE_FILE_MODE));
    }

    private static DirectoryPermissions permissions(String mode) {
        return switch (mode) {
            case "owner" -> DirectoryPermissions.OWNER;
            case "group" -> DirectoryPermissions.GROUP;
            case "all" -> DirectoryPermissions.ALL;
            default -> throw new IllegalArgumentException(mode);
        };
    }

    private static ZoneId zone(String text) {
        return text.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(text);
    }

    /** The time zone of schedules. */
    public ZoneId zone() {
        return zone(text(ConfigKey.TIME_ZONE));
    }

    private static Duration duration(String text) {
        return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    }
}
