package io.agentflow.dr.restore;

import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.postgres.Sql;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How af marks a database that it made or moved aside: a last line in the database's comment, the one property that an
 * owner who is no superuser may set on every version, in a transaction with the renames. The user's own comment stays in
 * front of it.
 *
 * <p>Comments are copied, and anybody may write one on a database of his own. So a mark counts only on the very database
 * that it was set on (by its oid), under the name that af gave it, and when that database belongs to the owner of the
 * one it stands beside, to the role that asks, or to a superuser. Where a restore changes the owner, none of these need
 * be: so a superuser signs the mark by a setting of his own in that database, which nobody else could make.
 *
 * @param oid of the marked database
 * @param role {@code staging}, {@code previous}, or {@code proven-} and how it was restored
 * @param backup the backup that was restored
 * @param name the database that it is the staging or previous one of
 * @param comment the user's own, or null
 */
record DatabaseMark(
        DatabaseName marked,
        long oid,
        String role,
        Instant at,
        String backup,
        DatabaseName name,
        @Nullable String comment) {
    static final String STAGING = "staging";
    static final String PREVIOUS = "previous";
    /** A setting that only a superuser can give a role. */
    private static final String SIGNATURE = "af.mark";
    /** What such a role begins with: a staging database that lacks nothing but the name. */
    static final String PROVEN = "proven-";

    private static final Pattern LINE = Pattern.compile(
            "(?:(.*)\n)?\\[af (staging|previous|proven-[0-9a-f]{8}) (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?Z) (\\S+)"
                    + " (\\d{1,10}) (.+)]",
            Pattern.DOTALL);
    private static final Pattern STAGING_NAME = Pattern.compile("(.+)_af_[0-9a-z]{4}", Pattern.DOTALL);
    private static final Pattern PREVIOUS_NAME =
            Pattern.compile("(.+)_(?:before|undone)_[0-9a-z]{4}(?:_\\d+)?", Pattern.DOTALL);

    /** What a comment says; a line that only looks like ours is none. */
    static Optional<DatabaseMark> parse(DatabaseName marked, @Nullable String comment) {
        Matcher line = LINE.matcher(comment == null ? "" : comment);
        try {
            return line.matches()
                    ? Optional.of(new DatabaseMark(
                            marked,
                            Long.parseLong(line.group(5)),
                            line.group(2),
                            Instant.parse(line.group(3)),
                            line.group(4),
                            new DatabaseName(line.group(6)),
                            line.group(1)))
                    : Optional.empty();
        } catch (RuntimeException e) {
            // Somebody else's text: no such instant, no such name.
            return Optional.empty();
        }
    }

    /** The user's own part of a comment: a backup of a marked database has the mark in its comment, too. */
    static @Nullable String userComment(@Nullable String comment) {
        return comment == null
                ? null
                : parse(new DatabaseName("any"), comment)
                        .map(DatabaseMark::commentOrEmpty)
                        .orElse(comment);
    }

    private String commentOrEmpty() {
        return Objects.requireNonNullElse(comment, "");
    }

    /** All marked databases of this cluster that belong to the one of this name, newest first. */
    static List<DatabaseMark> of(Sql sql, String role, DatabaseName name) {
        return all(sql, name).filter(mark -> mark.role.equals(role)).toList();
    }

    /** Those that a restore into this name left, whether they are proven or not. */
    static List<DatabaseMark> staging(Sql sql, DatabaseName name) {
        return all(sql, name).filter(mark -> !mark.role.equals(PREVIOUS)).toList();
    }

    private static Stream<DatabaseMark> all(Sql sql, DatabaseName name) {
        return sql
                .list(
                        "SELECT d.datname, shobj_description(d.oid, 'pg_database'), d.oid::bigint FROM pg_database d"
                                + " JOIN pg_roles o ON o.oid = d.datdba"
                                + " WHERE shobj_description(d.oid, 'pg_database') LIKE '%[af %' AND (o.rolsuper"
                                + " OR o.rolname = current_user OR d.datdba ="
                                + " (SELECT l.datdba FROM pg_database l WHERE l.datname = ?)"
                                + " OR EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
                                + " WHERE s.setdatabase = d.oid AND r.rolsuper"
                                + " AND '" + SIGNATURE + "=' || d.oid::text = ANY (s.setconfig)))",
                        row -> {
                            long oid = row.getLong(3);
                            return parse(new DatabaseName(row.getString(1)), row.getString(2))
                                    .filter(mark -> mark.oid == oid);
                        },
                        name.text())
                .stream()
                .flatMap(Optional::stream)
                .filter(m -> m.name.equals(name) && m.namedByUs())
                .sorted((a, b) -> b.at.compareTo(a.at));
    }

    /** Whether it still has a name that af gives; long names are cut to make room for what is added. */
    private boolean namedByUs() {
        Matcher given = (role.equals(PREVIOUS) ? PREVIOUS_NAME : STAGING_NAME).matcher(marked.text());
        return !marked.equals(name) && given.matches() && name.text().startsWith(given.group(1));
    }

    /** Whether an undo set it aside, and not a restore. */
    boolean undone() {
        return marked.text().matches("(?s).*_undone_[0-9a-z]{4}(_\\d+)?");
    }

    /** The statement that sets this mark. */
    String statement() {
        String line = "[af " + role + " " + at + " " + backup + " " + oid + " " + name + "]";
        return comment(marked, comment == null ? line : comment + "\n" + line);
    }

    /** Signs the mark if this role is one whose signature counts. */
    void sign(Sql sql) {
        if (superuser(sql)) {
            sql.run(setting("CURRENT_USER", marked) + " SET " + SIGNATURE + " TO '" + oid + "'");
        }
    }

    /** Takes all signatures from a database that has become the live one. */
    static void unsign(Sql sql, DatabaseName live) {
        if (superuser(sql)) {
            sql.texts(
                            "SELECT r.rolname FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
                                    + " JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = ?"
                                    + " AND '" + SIGNATURE + "=' || d.oid::text = ANY (s.setconfig)",
                            live.text())
                    .forEach(role -> sql.run(setting(Sql.identifier(role), live) + " RESET " + SIGNATURE));
        }
    }

    private static boolean superuser(Sql sql) {
        return sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
    }

    private static String setting(String role, DatabaseName database) {
        return "ALTER ROLE " + role + " IN DATABASE " + Sql.identifier(database.text());
    }

    static String comment(DatabaseName database, @Nullable String text) {
        return "COMMENT ON DATABASE " + Sql.identifier(database.text()) + " IS "
                + (text == null || text.isEmpty() ? "NULL" : Sql.literal(text));
    }
}
