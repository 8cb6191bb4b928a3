package io.agentflow.dr.core;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How to reach one database: libpq's connection keywords (host, port, user, dbname, sslmode …) with the password apart.
 * Prints without the password.
 *
 * @param keywords libpq keyword to value, never {@code password}
 * @see <a href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS">libpq keywords</a>
 */
public record DatabaseUrl(
        Map<String, String> keywords, @Nullable Secret password) {

    private static final String TOOLS_ONLY = "pg_dump would honour it and af's own sessions would not: leave it out.";

    /** What cannot be done alike by libpq and pgJDBC, or not in secret, with what to do instead. */
    private static final Map<String, String> UNSUPPORTED = Map.of(
            "sslpassword", "Others would see it in the list of processes: use a key file that only you may read.",
            "passfile", "Set PGPASSFILE instead.",
            "sslcrl", TOOLS_ONLY,
            "sslcrldir", TOOLS_ONLY,
            "require_auth", TOOLS_ONLY,
            "requirepeer", TOOLS_ONLY,
            "ssl_min_protocol_version", TOOLS_ONLY,
            "ssl_max_protocol_version", TOOLS_ONLY,
            "replication", TOOLS_ONLY);

    public DatabaseUrl {
        if (keywords.containsKey("password")) {
            throw new IllegalArgumentException("the password does not belong among the keywords");
        }
        keywords = Map.copyOf(keywords);
    }

    /**
     * Splits the password off a map that may hold one.
     *
     * @throws UsageError if there is a keyword that af's own sessions could not honour as libpq does
     */
    public static DatabaseUrl ofKeywords(Map<String, String> keywords) {
        keywords.keySet().stream().filter(UNSUPPORTED::containsKey).findFirst().ifPresent(keyword -> {
            throw new UsageError(
                    "'" + keyword + "' is not supported in a connection string",
                    String.valueOf(UNSUPPORTED.get(keyword)));
        });
        Map<String, String> open = new LinkedHashMap<>(keywords);
        String password = open.remove("password");
        return new DatabaseUrl(open, password == null ? null : new Secret(password));
    }

    /**
     * Reads what {@code psql -d} takes: a URI, a list of {@code keyword=value}, or a bare database name.
     *
     * @throws UsageError if it is none of them; the message never holds the text, which may hold a password
     */
    public static DatabaseUrl parse(String text) {
        return ofKeywords(ConnectionString.keywords(text));
    }

    public String host() {
        return keywords.getOrDefault("host", "localhost");
    }

    public String port() {
        return keywords.getOrDefault("port", "5432");
    }

    public Optional<String> user() {
        return Optional.ofNullable(keywords.get("user"));
    }

    /** The database that is named, or else the one called like the user, as libpq has it. */
    public DatabaseName database() {
        String name = keywords.getOrDefault("dbname", keywords.getOrDefault("user", "postgres"));
        try {
            return new DatabaseName(name);
        } catch (IllegalArgumentException e) {
            throw new UsageError("'" + name + "' cannot be the name of a database", "Use 1 to 63 bytes.", e);
        }
    }

    /** What is connected to: the address where one is given, as libpq has it; the host's name is then for certificates. */
    public String server() {
        return keywords.getOrDefault("hostaddr", host());
    }

    public boolean unixSocket() {
        return server().startsWith("/");
    }

    /** The same cluster and role, another database. */
    public DatabaseUrl database(DatabaseName name) {
        return with("dbname", name.text());
    }

    public DatabaseUrl with(String keyword, String value) {
        Map<String, String> changed = new LinkedHashMap<>(keywords);
        changed.put(keyword, value);
        return new DatabaseUrl(changed, password);
    }

    public DatabaseUrl without(String keyword) {
        Map<String, String> changed = new LinkedHashMap<>(keywords);
        changed.remove(keyword);
        return new DatabaseUrl(changed, password);
    }

    /** The same without the password: for another host or role, which it is not meant for. */
    public DatabaseUrl withoutPassword() {
        return new DatabaseUrl(keywords, null);
    }

    /** This one's keywords where it has them, the other's elsewhere. */
    public DatabaseUrl over(DatabaseUrl fallback) {
        Map<String, String> merged = new LinkedHashMap<>(fallback.keywords);
        merged.putAll(keywords);
        return new DatabaseUrl(merged, password == null ? fallback.password : password);
    }

    /**
     * A connection string for libpq's tools, without the password. A bare database name would not do: libpq takes one
     * that holds {@code =} for a connection string.
     */
    public String connectionString() {
        return keywords.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> e.getKey() + "='" + e.getValue().replace("\\", "\\\\").replace("'", "\\'") + "'")
                .collect(Collectors.joining(" "));
    }

    /** Where this is, for people: {@code db1:5432}. */
    public String address() {
        return server() + ":" + port();
    }

    /** As a URI, the password masked. */
    public String masked() {
        return "postgresql://"
                + user().map(u -> u + (password == null ? "@" : ":****@")).orElse("") + address() + "/"
                + keywords.getOrDefault("dbname", "");
    }

    @Override
    public String toString() {
        return masked();
    }
}
