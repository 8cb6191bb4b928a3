package io.agentflow.dr.restore;

import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/**
 * What a backup holds of its cluster: roles, memberships and tablespaces, as {@code pg_dumpall --globals-only} wrote
 * them. A cluster of ten thousand roles has about 2 MB of it.
 */
final class Globals {
    private static final int MOST_BYTES = 64 * 1024 * 1024;
    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[^\\s;\"]+)";
    private static final Pattern CREATE = Pattern.compile("CREATE ROLE " + NAME);
    private static final Pattern OF_ROLE = Pattern.compile(
            "(?:CREATE ROLE|ALTER ROLE|COMMENT ON ROLE|SECURITY LABEL FOR \\S+ ON ROLE) " + NAME + ".*",
            Pattern.DOTALL);
    private static final Pattern MEMBERSHIP = Pattern.compile("GRANT " + NAME + " TO " + NAME + ".*", Pattern.DOTALL);
    private static final Pattern PARAMETER =
            Pattern.compile("GRANT [A-Z, ]+ ON PARAMETER \\S+ TO " + NAME + ".*", Pattern.DOTALL);
    private static final Pattern TABLESPACE = Pattern.compile("CREATE TABLESPACE " + NAME + ".*", Pattern.DOTALL);
    private static final Pattern OF_TABLESPACE = Pattern.compile(
            "(?:CREATE TABLESPACE|ALTER TABLESPACE|COMMENT ON TABLESPACE|(?:GRANT|REVOKE) [^\"]* ON TABLESPACE) " + NAME
                    + ".*",
            Pattern.DOTALL);
    private static final Pattern LOCATION = Pattern.compile(" LOCATION E?'(/[^']*)'");
    private static final Pattern PASSWORD = Pattern.compile(" PASSWORD '(?:[^']|'')*'");
    private static final Pattern LOGIN = Pattern.compile("^ALTER ROLE .* LOGIN\\b", Pattern.DOTALL);
    /** What psql understands and a server does not, and comments. */
    private static final Pattern NO_SQL = Pattern.compile("\\A(?:\\s+|--[^\n]*\n|\\\\(?:un)?restrict [^\n]*\n?)+");

    private final List<String> statements;

    private Globals(List<String> statements) {
        this.statements = statements;
    }

    /**
     * Reads them, whole.
     *
     * @throws VerificationFailed if they are not what the manifest says
     */
    static Globals of(Path folder, Manifest manifest, String store) {
        try {
            return of(folder, manifest);
        } catch (Unsound e) {
            throw new VerificationFailed(
                    "globals.sql.gz of " + manifest.id() + " " + e.getMessage(),
                    "See all, and what can be done if there is no other backup, with: af backup verify " + manifest.id()
                            + " " + ShellWord.of(store),
                    e);
        }
    }

    /** The paths of what has them in a backup. */
    static Set<String> files(Manifest manifest) {
        return entries(manifest).map(file -> file.path().text()).collect(Collectors.toSet());
    }

    private static Stream<FileEntry> entries(Manifest manifest) {
        return manifest.components().stream()
                .filter(component -> component.kind() == ComponentKind.GLOBALS)
                .flatMap(component -> component.files().stream());
    }

    /** How they are not what the manifest says. */
    private static final class Unsound extends IOException {
        private static final long serialVersionUID = 1L;

        Unsound(String how, @Nullable Throwable cause) {
            super(how, cause);
        }
    }

    private static Globals of(Path folder, Manifest manifest) throws Unsound {
        FileEntry entry = entries(manifest).findFirst().orElseThrow(() -> new Unsound("is missing", null));
        try {
            if (entry.bytes() > MOST_BYTES) {
                throw new Unsound("is too large", null);
            }
            byte[] stored = Files.readAllBytes(entry.path().in(folder));
            if (!io.agentflow.dr.core.Sha256.of(stored).equals(entry.sha256())) {
                throw new Unsound("is not what the manifest says", null);
            }
            try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(stored))) {
                return of(new String(plain.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
            }
        } catch (Unsound e) {
            throw e;
        } catch (IOException e) {
            throw new Unsound("cannot be read: " + e.getMessage(), e);
        }
    }

    static Globals of(String sql) {
        try {
            List<String> statements = new ArrayList<>();
            // pgJDBC's own splitter: it knows strings, quoted names and comments.
            for (NativeQuery query : Parser.parseJdbcSql(lines(sql), true, false, true, false, true)) {
                String statement =
                        NO_SQL.matcher(query.nativeSql).replaceFirst("").strip();
                if (!statement.isEmpty()) {
                    statements.add(statement);
                }
            }
            return new Globals(List.copyOf(statements));
        } catch (SQLException e) {
            throw new VerificationFailed(
                    "globals.sql.gz is no SQL: " + e.getMessage(), "Take another backup from: af backup list", e);
        }
    }

    /** A line of psql's own would be taken for the beginning of the statement after it. */
    private static String lines(String sql) {
        return Pattern.compile("^\\\\(?:un)?restrict .*$", Pattern.MULTILINE)
                .matcher(sql)
                .replaceAll("");
    }

    /** The names of all roles, in their order. */
    Set<String> roles() {
        Set<String> roles = new LinkedHashSet<>();
        for (String statement : statements) {
            Matcher create = CREATE.matcher(statement);
            if (create.matches()) {
                roles.add(name(create.group(1)));
            }
        }
        return roles;
    }

    /** The statement that makes this tablespace. */
    Optional<String> tablespace(String name) {
        return statements.stream()
                .filter(statement -> {
                    Matcher create = TABLESPACE.matcher(statement);
                    return create.matches() && name(create.group(1)).equals(name);
                })
                .map(statement -> statement + ";")
                .findFirst();
    }

    /** The statements that make this tablespace what it was: owner, options, comment and privileges. */
    List<String> creatingTablespace(String name) {
        return statements.stream()
                .filter(statement -> {
                    Matcher of = OF_TABLESPACE.matcher(statement);
                    return of.matches() && name(of.group(1)).equals(name);
                })
                .toList();
    }

    /** Where on the server's machine this tablespace was; nothing where it was inside the data directory. */
    Optional<String> directory(String tablespace) {
        return tablespace(tablespace)
                .map(LOCATION::matcher)
                .filter(Matcher::find)
                .map(location -> location.group(1));
    }

    /**
     * The statements that make these roles and their memberships, and change no other role.
     *
     * @param passwords whether they get their passwords
     */
    List<String> creating(Set<String> roles, boolean passwords) {
        List<String> creating = new ArrayList<>();
        for (String statement : statements) {
            Matcher role = OF_ROLE.matcher(statement);
            Matcher membership = MEMBERSHIP.matcher(statement);
            Matcher parameter = PARAMETER.matcher(statement);
            // A membership changes the role that gains it.
            if ((role.matches() && roles.contains(name(role.group(1))))
                    || (parameter.matches() && roles.contains(name(parameter.group(1))))
                    || (membership.matches() && roles.contains(name(membership.group(2))))) {
                creating.add(passwords ? statement : PASSWORD.matcher(statement).replaceFirst(""));
            }
        }
        return creating;
    }

    /** Those of these roles that may log in and are made without a password: where one is asked for, they cannot. */
    List<String> withoutPassword(Set<String> roles, boolean passwords) {
        return creating(roles, passwords).stream()
                .filter(statement -> LOGIN.matcher(statement).find()
                        && !PASSWORD.matcher(statement).find())
                .map(OF_ROLE::matcher)
                .filter(Matcher::matches)
                .map(role -> name(role.group(1)))
                .toList();
    }

    /** Memberships of roles that exist already in roles that do not: they would change the former. */
    List<String> leftOut(Set<String> roles) {
        return statements.stream()
                .filter(statement -> {
                    Matcher membership = MEMBERSHIP.matcher(statement);
                    return membership.matches()
                            && roles.contains(name(membership.group(1)))
                            && !roles.contains(name(membership.group(2)));
                })
                .map(statement -> statement + ";")
                .toList();
    }

    /** Whether a statement lets a role set a parameter, which a superuser alone may do. */
    static boolean ofParameter(String statement) {
        return PARAMETER.matcher(statement).matches();
    }

    private static String name(String identifier) {
        return identifier.startsWith("\"")
                ? identifier.substring(1, identifier.length() - 1).replace("\"\"", "\"")
                : identifier;
    }
}
