package io.agentflow.dr.store;

import io.agentflow.dr.core.UsageError;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where backups are kept, as a person writes it: a directory ({@code ./backups}, {@code file:/srv/backups}), or
 * {@code s3://bucket/prefix?region=eu-central-1}, or {@code route:offsite}. Holds no secret: credentials come from where each cloud's own tools look
 * for them.
 *
 * @param text as it was written
 * @param scheme {@code file}, {@code s3} …
 * @param place the directory, or the bucket
 * @param prefix what stands before every key in a bucket: empty, or ending with a slash
 * @param options what stands behind the question mark
 */
public record StoreUri(String text, String scheme, String place, String prefix, SortedMap<String, String> options) {
    public static final String FILE = "file";
    private static final Pattern REMOTE =
            Pattern.compile("([a-z][a-z0-9+.-]+)://([^/?#]*)(?:/([^?#]*))?(?:\\?([^#]*))?");
    /** The scheme of stores that are made of routes: {@code route:offsite}. */
    public static final String ROUTE = "route";

    /** What may be a secret by its name: the signature of a shared access signature, a key, a token. */
    private static final Pattern SECRET =
            Pattern.compile("(?i)[?&;](sig|sas|[a-z-]*(key|secret|token|password|signature))=");

    /** Also with one slash too few: a folder of this name would be taken for the cloud. */
    private static final Pattern NO_PATH = Pattern.compile("(?:file|route|s3|gs|azure):");

    private static final Pattern ROUTE_NAME = Pattern.compile("[a-z][a-z0-9-]{0,40}");
    private static final Pattern PREFIX = Pattern.compile("(?:[A-Za-z0-9_=][A-Za-z0-9_.=-]*/)*");

    /** Reads it. @throws UsageError if it is neither a directory nor a URI of that form */
    public static StoreUri parse(String text) {
        if (text.startsWith("file:")) {
            return directory(text, fileUri(text));
        }
        if (text.startsWith(ROUTE + ":")) {
            return route(text, text.substring(ROUTE.length() + 1));
        }
        if (isPath(text)) {
            return directory(text, text);
        }
        if (SECRET.matcher(text).find()) {
            throw credentials();
        }
        Matcher remote = REMOTE.matcher(text);
        if (!remote.matches()) {
            throw wrong(text, "is no URI of a store", "Write s3://bucket/prefix?region=…, or a directory.");
        }
        if (remote.group(2).contains("@")) {
            throw credentials();
        }
        String prefix = remote.group(3) == null ? "" : remote.group(3);
        prefix = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
        if (remote.group(2).isEmpty() || !PREFIX.matcher(prefix).matches()) {
            throw wrong(
                    text,
                    "needs a bucket, and a prefix of letters, digits, dot, dash, underscore and slash",
                    "Write s3://bucket/prefix?region=….");
        }
        return new StoreUri(text, remote.group(1), remote.group(2), prefix, options(text, remote.group(4)));
    }

    private static StoreUri route(String text, String name) {
        if (!ROUTE_NAME.matcher(name).matches()) {
            throw wrong(
                    text,
                    "does not name routes",
                    "Write route:NAME in small letters, digits and dashes, with routes store-NAME-put and so on.");
        }
        return new StoreUri(text, ROUTE, name, "", new TreeMap<>());
    }

    private static StoreUri directory(String text, String path) {
        return new StoreUri(text, FILE, path, "", new TreeMap<>());
    }

    private static String fileUri(String text) {
        try {
            return text.startsWith("file://") ? Path.of(URI.create(text)).toString() : text.substring("file:".length());
        } catch (IllegalArgumentException e) {
            throw new UsageError(
                    "the store '" + text + "' is no directory: " + e.getMessage(), "Write file:/srv/backups.", e);
        }
    }

    private static SortedMap<String, String> options(String text, @org.jspecify.annotations.Nullable String query) {
        SortedMap<String, String> options = new TreeMap<>();
        if (query == null || query.isEmpty()) {
            return options;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals <= 0 || equals == pair.length() - 1) {
                throw wrong(text, "has '" + pair + "' where name=value should be", "Mend it.");
            }
            String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            if (options.put(pair.substring(0, equals), value) != null) {
                throw wrong(text, "has " + pair.substring(0, equals) + " twice", "Take one of them away.");
            }
        }
        return options;
    }

    /** Whether a server is on this machine: what is sent to it in the clear nobody else hears. */
    public static boolean isLoopback(URI endpoint) {
        return String.valueOf(endpoint.getHost()).matches("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
    }

    /** Does not quote the URI: it may hold a secret. */
    private static UsageError credentials() {
        return new UsageError(
                "a store's URI holds no credentials",
                "Give them as that store's own tools take them: in the environment or their configuration.");
    }

    private static UsageError wrong(String text, String what, String hint) {
        return new UsageError("the store '" + text + "' " + what, hint);
    }

    /** Whether a text names a directory by its plain path. */
    public static boolean isPath(String text) {
        return !text.contains("://") && !NO_PATH.matcher(text).lookingAt();
    }

    public boolean isDirectory() {
        return scheme.equals(FILE);
    }

    /** The directory that it is. */
    public Path directory() {
        return Path.of(place);
    }

    /** The value of an option, or the one to use without it. */
    public String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    /** The value of an option that is a number, or the one to use without it. @throws UsageError if it is out of bounds */
    public long number(String name, long otherwise, long least, long most) {
        if (!options.containsKey(name)) {
            return otherwise;
        }
        String given = option(name, "");
        long number = given.matches("\\d{1,9}") ? Long.parseLong(given) : -1;
        if (number < least || number > most) {
            throw wrongOption(name, least + " to " + most);
        }
        return number;
    }

    /** Knows these options. @throws UsageError if there is any other */
    public void requireOnly(Set<String> known) {
        for (String name : options.keySet()) {
            if (!known.contains(name)) {
                throw wrong(text, "has an unknown option " + name, "Known are " + String.join(", ", known) + ".");
            }
        }
    }

    /** The error that says what an option should have been. */
    public UsageError wrongOption(String name, String wanted) {
        return wrong(text, "has " + name + "=" + option(name, ""), "Use " + wanted + ".");
    }

    /** The same text for the same bucket and prefix of the same server and account. */
    public String whereabouts() {
        String server = option("endpoint", "");
        String account = option("account", "");
        return this
                + (account.isEmpty() ? "" : " of " + account)
                + (server.isEmpty() ? "" : " at " + server.replaceFirst("/$", ""));
    }

    /** Without its options: how it is named in messages. */
    @Override
    public String toString() {
        if (scheme.equals(ROUTE)) {
            return text;
        }
        return isDirectory()
                ? place
                : scheme + "://" + place + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
    }
}
