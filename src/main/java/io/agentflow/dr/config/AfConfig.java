package io.agentflow.dr.config;

import io.agentflow.dr.age.Recipients;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.event.Severity;
import io.agentflow.dr.fingerprint.ProofLevel;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.store.DirectoryPermissions;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quartz.CronTrigger;

/** The configuration: environment before file before default. All mistakes are reported at once, by key. */
public final class AfConfig {
    private static final String SECRET_FILE = "-file";

    private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9.+-]*):");

    private final Map<ConfigKey, String> values = new EnumMap<>(ConfigKey.class);
    private final List<String> problems = new ArrayList<>();

    private static final Pattern OF_DATABASE =
            Pattern.compile("af\\.database\\.([a-z0-9_-]+)\\.((?:retention\\.)?[a-z-]+)");
    private static final Pattern OF_ROUTES = Pattern.compile("af\\.route\\.[a-z0-9.-]+");
    private static final String CANNOT_BE_READ = ", which cannot be read";
    static final String A_TIME = "a time such as 90s, 10m, 2h or 30d";
    private String stateHome = "";
    private @Nullable Path file;
    private @Nullable String listedInFile;
    private final Map<ConfigKey, String> sources = new EnumMap<>(ConfigKey.class);
    private final Map<String, String> ofRoutes = new TreeMap<>();
    private final Map<String, DatabaseSettings> databases = new TreeMap<>();
    private final RequestKeySettings requestKeys = new RequestKeySettings();
    private NamedStores stores = new NamedStores();

    private AfConfig() {}

    /**
     * Loads the configuration.
     *
     * @param file the file to read, or null for none
     * @throws UsageError if a key is unknown or a value is none of its kind
     */
    public static AfConfig load(@Nullable Path file, Map<String, String> environment) {
        AfConfig config = read(file, environment);
        config.require();
        return config;
    }

    /**
     * Reads the configuration, for who tells its {@link #problems} together with others.
     *
     * @param file the file to read, or null for none
     * @throws UsageError if the file cannot be read
     */
    public static AfConfig read(@Nullable Path file, Map<String, String> environment) {
        AfConfig config = new AfConfig();
        config.stateHome = environment.getOrDefault("XDG_STATE_HOME", "");
        config.file = file;
        if (file != null) {
            config.read(file);
        }
        config.listedInFile = config.values.get(ConfigKey.STORES);
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
        if (OF_ROUTES.matcher(name).matches()) {
            acceptOfRoutes(name, value.strip());
            return;
        }
        if (stores.accept(name, value.strip(), file, problems)
                || requestKeys.accept(name, value.strip(), file, problems)) {
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
        DatabaseSettings settings = databases.computeIfAbsent(name, DatabaseSettings::new);
        String full = "af.database." + name + "." + key;
        if (key.equals("url" + SECRET_FILE)) {
            content(full, Path.of(value)).ifPresent(url -> settings.put(DatabaseKey.URL, url));
        } else {
            DatabaseKey.of(key)
                    .ifPresentOrElse(
                            known -> settings.put(known, value),
                            () -> problems.add(full + " in " + file + " is unknown; known are "
                                    + Arrays.stream(DatabaseKey.values())
                                            .map(DatabaseKey::key)
                                            .toList()));
        }
    }

    private void acceptOfRoutes(String name, String value) {
        if (name.endsWith(SECRET_FILE)) {
            content(name, Path.of(value))
                    .ifPresent(text -> ofRoutes.put(name.substring(0, name.length() - SECRET_FILE.length()), text));
        } else {
            ofRoutes.put(name, value);
        }
    }

    private Optional<String> content(String key, Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            problems.add(key + " names " + file + CANNOT_BE_READ);
            return Optional.empty();
        }
    }

    private void fromFile(ConfigKey key, Path file) {
        content(key.key() + SECRET_FILE, file).ifPresent(value -> {
            values.put(key, value);
            sources.put(key, file.toString());
        });
    }

    /** Only what was given: a test sees to the defaults. */
    private void checkAll() {
        for (ConfigKey key : values.keySet()) {
            check(key);
        }
        if (given(ConfigKey.IDENTITY_FILE) && given(ConfigKey.IDENTITY_COMMAND)) {
            problems.add(ConfigKey.IDENTITY_FILE.key() + " and " + ConfigKey.IDENTITY_COMMAND.key()
                    + " are both set, and only one can count");
        }
        if (problems.isEmpty()
                && values.keySet().stream().anyMatch(key -> key.key().startsWith("af.retention."))) {
            RetentionKeys.ofAll(this, ZoneOffset.UTC, problems);
        }
        stores.check(this, problems);
        checkStores();
    }

    private void checkStores() {
        if (given(ConfigKey.STORE) && given(ConfigKey.STORES)) {
            problems.add(ConfigKey.STORE.key() + " (" + source(ConfigKey.STORE) + ") and " + ConfigKey.STORES.key()
                    + " (" + source(ConfigKey.STORES) + ") are both given: one of them must go");
        }
        if (problems.isEmpty()) {
            twice(storesMeant()).ifPresent(name -> problems.add(ConfigKey.STORES.key() + " names " + name + " twice"));
        }
    }

    /** The stores that have a name. */
    public NamedStores stores() {
        return stores;
    }

    /** Where backups go of which nothing else is said: the first is the primary, the others follow it. */
    public List<ConfiguredStore> storesMeant() {
        return given(ConfigKey.STORES) ? named(text(ConfigKey.STORES)) : List.of(stores.named(text(ConfigKey.STORE)));
    }

    /**
     * The stores that belong together where nothing else is said: which of them a command looks at, the environment may
     * narrow down; that the others follow stays so.
     */
    public List<ConfiguredStore> storesTogether() {
        String listed = listedInFile;
        return listed == null ? storesMeant() : named(listed);
    }

    /** All stores that the configuration names for backups, without those that are named twice. */
    public List<ConfiguredStore> knownStores() {
        List<ConfiguredStore> known = new ArrayList<>(storesMeant());
        databases.values().forEach(one -> one.stores().ifPresent(list -> known.addAll(named(list))));
        known.addAll(stores.all());
        return once(known.stream());
    }

    private static List<ConfiguredStore> once(Stream<ConfiguredStore> some) {
        List<ConfiguredStore> once = new ArrayList<>();
        some.filter(one -> once.stream().noneMatch(one::isSameAs)).forEachOrdered(once::add);
        return once;
    }

    /**
     * All stores that backups are in, the primaries first, for commands that look at all of them where none is named: those
     * of every database, and what is said for all. A store that the environment names is meant alone.
     */
    public List<ConfiguredStore> storesInUse() {
        return once(Stream.concat(primaries().stream(), kept().flatMap(List::stream)));
    }

    /** Of those the ones that make a backup one. */
    public List<ConfiguredStore> primaries() {
        return once(kept().flatMap(all -> all.stream().limit(1)));
    }

    /** The primaries that a store follows, of whichever database: they send it what it lacks. No environment narrows that. */
    public List<ConfiguredStore> followedBy(String place) {
        Stream<List<ConfiguredStore>> own = databases.values().stream()
                .map(one -> one.stores().map(this::named).orElseGet(this::storesTogether));
        return once(Stream.concat(Stream.of(storesTogether()), own)
                .filter(all -> all.stream().skip(1).anyMatch(one -> one.isAt(place)))
                .map(all -> all.get(0)));
    }

    /** Whether the configuration says where backups are, be it only of one database. */
    public boolean saysStores() {
        return given(ConfigKey.STORE)
                || given(ConfigKey.STORES)
                || databases.values().stream().anyMatch(one -> one.stores().isPresent());
    }

    /** Whether it is a directory that the configuration names for backups. */
    public boolean namesDirectory(String place) {
        try {
            return saysStores()
                    && storesInUse().stream()
                            .filter(ConfiguredStore::isDirectory)
                            .anyMatch(one -> one.isAt(place));
        } catch (UsageError e) {
            // Another store's URI is none: whoever opens that is told.
            return false;
        }
    }

    /** What is kept together: the first of each is its primary. */
    private Stream<List<ConfiguredStore>> kept() {
        if (databases.isEmpty() || fromEnvironment(ConfigKey.STORE) || fromEnvironment(ConfigKey.STORES)) {
            return Stream.of(storesMeant());
        }
        Stream<List<ConfiguredStore>> own = databases.values().stream()
                .map(one -> one.stores().map(this::named).orElseGet(this::storesMeant));
        return given(ConfigKey.STORE) || given(ConfigKey.STORES) ? Stream.concat(Stream.of(storesMeant()), own) : own;
    }

    private boolean fromEnvironment(ConfigKey key) {
        return given(key) && source(key).equals(key.variable());
    }

    /** The store of the configuration that is at this place, if any is. */
    public Optional<ConfiguredStore> storeAt(String place) {
        // One that has a name may have a retention of its own.
        return Stream.concat(stores.all().stream(), knownStores().stream())
                .filter(one -> one.isAt(place))
                .findFirst();
    }

    /**
     * How long a store keeps the backups of a database.
     *
     * @param database its name in the configuration; null for one that is not there
     */
    public RetentionPolicy retention(@Nullable String database, ConfiguredStore store) {
        DatabaseSettings settings = database == null ? null : databases.get(database);
        return settings == null
                ? new RetentionByStore(this).policy(store)
                : settings.retention(this, store, new ArrayList<>());
    }

    /** The stores that a list names, separated by commas. */
    List<ConfiguredStore> named(String list) {
        return words(list).stream().map(stores::named).toList();
    }

    /** Wants that none of these is named twice. @throws UsageError if one is */
    public void requireOnce(List<ConfiguredStore> some) {
        twice(some).ifPresent(name -> {
            throw new UsageError("the store " + name + " is named twice", "Name it once.");
        });
    }

    /** Which of these is named twice, if any. A URI that is none is complained about where it is opened. */
    Optional<String> twice(List<ConfiguredStore> some) {
        try {
            return some.stream()
                    .filter(one -> some.stream().filter(one::isSameAs).count() > 1)
                    .map(ConfiguredStore::name)
                    .findFirst();
        } catch (UsageError e) {
            return Optional.empty();
        }
    }

    private void check(ConfigKey key) {
        switch (key) {
            case JOBS, REQUEST_MAX_BYTES -> check(key, text -> whole(text, 1, Integer.MAX_VALUE), "a number from 1 on");
            case RETRIES,
                    STAGING_LIMIT,
                    RETENTION_KEEP_LAST,
                    RETENTION_KEEP_HOURLY,
                    RETENTION_KEEP_DAILY,
                    RETENTION_KEEP_WEEKLY,
                    RETENTION_KEEP_MONTHLY,
                    RETENTION_KEEP_YEARLY ->
                check(key, text -> whole(text, 0, Integer.MAX_VALUE), "a number from 0 on");
            case MANAGEMENT_PORT -> check(key, text -> whole(text, 0, 65_535), "a port, 0 to 65535");
            case JITTER,
                    ROUTES_RELOAD,
                    CLUSTER_CHECK_IN,
                    LOCK_TIMEOUT,
                    DRAIN_TIMEOUT,
                    REQUEST_VALIDITY,
                    REQUEST_RETENTION,
                    STALL_TIMEOUT,
                    RETRY_DELAY,
                    RETENTION_KEEP_WITHIN,
                    CATCH_UP,
                    EVENTS_PACE -> check(key, AfConfig::duration, A_TIME);
            // The system's own zone takes long to find, and only schedules need it.
            case TIME_ZONE ->
                check(key, text -> text.isEmpty() ? text : zone(text), "a time zone such as Europe/Vienna or UTC");
            case MISFIRE -> check(key, AfConfig::misfire, "once or skip");
            case ENCRYPT_TO -> checkRecipients();
            case STREAM -> check(key, AfConfig::truth, "true or false");
            case PROOF -> check(key, ProofLevel::parse, "full, counts or none");
            case NOTIFY_SEVERITY -> check(key, Severity::parse, "info, warning or error");
            case EVENTS_URI, NOTIFY_URIS, DEAD_LETTER_URI -> checkAddress(key);
            case STORE_FILE_MODE -> check(key, AfConfig::permissions, "owner, group or all");
            default -> {
                // Any text will do.
            }
        }
    }

    private void checkRecipients() {
        try {
            recipients();
        } catch (UsageError e) {
            problems.add(ConfigKey.ENCRYPT_TO.key() + ": " + e.fact());
        }
    }

    /** Who signs manifests, and who is believed. No file is read yet. */
    public Signatures signatures() {
        return new Signatures(
                given(ConfigKey.SIGN_KEY) ? Path.of(text(ConfigKey.SIGN_KEY)) : null,
                list(ConfigKey.SIGN_TRUSTED).stream().map(Path::of).toList());
    }

    /** Whom backups are encrypted to. */
    public Recipients recipients() {
        return new Recipients(list(ConfigKey.ENCRYPT_TO));
    }

    /** The same, but for one value that a command line gives. */
    public AfConfig with(ConfigKey key, @Nullable String value) {
        if (value == null) {
            return this;
        }
        AfConfig own = copy();
        own.values.put(key, value);
        own.sources.put(key, "the command line");
        return own;
    }

    private AfConfig copy() {
        AfConfig own = new AfConfig();
        own.values.putAll(values);
        own.sources.putAll(sources);
        own.stateHome = stateHome;
        own.file = file;
        own.ofRoutes.putAll(ofRoutes);
        own.databases.putAll(databases);
        own.stores = stores;
        own.listedInFile = listedInFile;
        return own;
    }

    private void require() {
        if (!problems.isEmpty()) {
            throw new UsageError(String.join("; ", problems), "Mend the configuration.");
        }
    }

    /** An address may hold a token: it is not repeated. */
    private void checkAddress(ConfigKey key) {
        for (String address : list(key)) {
            Matcher scheme = SCHEME.matcher(address);
            if (!scheme.lookingAt()) {
                problems.add(key.key() + " holds what is no Camel endpoint, such as https://host/path or file:folder");
            } else if (AfConfig.class.getResource("/META-INF/services/org/apache/camel/component/" + scheme.group(1))
                    == null) {
                problems.add(key.key() + " names Camel's component " + scheme.group(1)
                        + ", which is neither in lib/ nor in AF_LIB");
            }
        }
    }

    /** Everything that is wrong with it, by key: with values, and with databases. */
    public List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        databases(all);
        return all;
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
        List<ServedDatabase> served = databases(wrong);
        if (!wrong.isEmpty()) {
            throw new UsageError(String.join("; ", wrong), "Mend the configuration.");
        }
        return served;
    }

    private List<ServedDatabase> databases(List<String> wrong) {
        return databases.values().stream()
                .map(settings -> settings.read(this, wrong))
                .toList();
    }

    /**
     * The configuration as it counts for one of the databases that are looked after as a service.
     *
     * @throws UsageError if what is said of it makes no sense
     */
    public AfConfig of(String database) {
        DatabaseSettings settings = Objects.requireNonNull(databases.get(database));
        List<String> wrong = new ArrayList<>();
        settings.read(this, wrong);
        if (!wrong.isEmpty()) {
            throw new UsageError(String.join("; ", wrong), "Mend the configuration.");
        }
        AfConfig own = copy();
        settings.override(own.values);
        return own;
    }

    /** What the databases are called that are looked after as a service. */
    public Set<String> databaseNames() {
        return Set.copyOf(databases.keySet());
    }

    /** How long the backups of a database are kept that says nothing of its own. */
    public RetentionPolicy retention() {
        return RetentionKeys.ofAll(this, zone(), new ArrayList<>());
    }

    int jobs() {
        try {
            return number(ConfigKey.JOBS);
        } catch (NumberFormatException e) {
            // Its own key is complained about.
            return 1;
        }
    }

    /** What was given as {@code af.route.…}: placeholders of the user's own routes. They may be secrets. */
    public Map<String, String> ofRoutes() {
        return Map.copyOf(ofRoutes);
    }

    /** The keys that requests are signed with, by their id. What their files hold is not looked at yet. */
    public List<ConfiguredKey> requestKeys() {
        return requestKeys.keys();
    }

    /** Where the value of a key of a database comes from: a file, or what counts where it is not given. */
    public String source(ServedDatabase database, DatabaseKey key) {
        DatabaseSettings settings = databases.get(database.name());
        return settings != null && settings.has(key) ? String.valueOf(file) : key.fallback();
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

    static List<String> words(String text) {
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

    /** Quartz's number for what becomes of missed fire times. */
    private static int misfire(String text) {
        return switch (text) {
            case "once" -> CronTrigger.MISFIRE_INSTRUCTION_FIRE_ONCE_NOW;
            case "skip" -> CronTrigger.MISFIRE_INSTRUCTION_DO_NOTHING;
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** Quartz's number for what becomes of missed fire times. */
    public int misfire() {
        return misfire(text(ConfigKey.MISFIRE));
    }

    private static ZoneId zone(String text) {
        return text.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(text);
    }

    /** The time zone of schedules. */
    public ZoneId zone() {
        return zone(text(ConfigKey.TIME_ZONE));
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    public boolean truth(ConfigKey key) {
        return truth(text(key));
    }

    static Duration duration(String text) {
        Duration duration = Duration.parse((text.endsWith("d") ? "P" : "PT") + text.toUpperCase(Locale.ROOT));
        if (duration.isNegative()) {
            throw new IllegalArgumentException(text);
        }
        return duration;
    }

    static int whole(String text, int least, int most) {
        int number = Integer.parseInt(text);
        if (number < least || number > most) {
            throw new NumberFormatException(text);
        }
        return number;
    }
}
