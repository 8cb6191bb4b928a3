package io.agentflow.dr.restore;

import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.postgres.Sql;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How af marks a database that it made or moved aside: a last line in the database's comment, the one property that an
 * owner who is no superuser may set on every version, in a transaction with the renames. The user's own comment stays in
 * front of it.
 *
 * @param role {@code staging} or {@code previous}
 * @param backup the backup that was restored
 * @param name the database that it is the staging or previous one of
 * @param comment the user's own, or null
 */
record DatabaseMark(
        DatabaseName marked,
        String role,
        Instant at,
        String backup,
        DatabaseName name,
        @Nullable String comment) {
    static final String STAGING = "staging";
    static final String PREVIOUS = "previous";
    private static final Pattern LINE =
            Pattern.compile("(?:(.*)\n)?\\[af (staging|previous) (\\S+) (\\S+) (.*)]", Pattern.DOTALL);

    static Optional<DatabaseMark> parse(DatabaseName marked, @Nullable String comment) {
        Matcher line = LINE.matcher(comment == null ? "" : comment);
        return line.matches()
                ? Optional.of(new DatabaseMark(
                        marked,
                        line.group(2),
                        Instant.parse(line.group(3)),
                        line.group(4),
                        new DatabaseName(line.group(5)),
                        line.group(1)))
                : Optional.empty();
    }

    /** All marked databases of this cluster that belong to the one of this name, newest first. */
    static List<DatabaseMark> of(Sql sql, String role, DatabaseName name) {
        return sql
                .list(
                        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
                                + " WHERE shobj_description(oid, 'pg_database') LIKE '%[af %'",
                        row -> parse(new DatabaseName(row.getString(1)), row.getString(2)))
                .stream()
                .flatMap(Optional::stream)
                .filter(m -> m.role.equals(role) && m.name.equals(name))
                .sorted((a, b) -> b.at.compareTo(a.at))
                .toList();
    }

    /** The statement that sets this mark. */
    String statement() {
        String line = "[af " + role + " " + at + " " + backup + " " + name + "]";
        return comment(marked, comment == null ? line : comment + "\n" + line);
    }

    static String comment(DatabaseName database, @Nullable String text) {
        return "COMMENT ON DATABASE " + Sql.identifier(database.text()) + " IS "
                + (text == null ? "NULL" : Sql.literal(text));
    }
}
