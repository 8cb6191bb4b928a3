package io.agentflow.dr.manifest;

import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A relation as the snapshot saw it.
 *
 * @param oid in the source, by which the archive's table of contents names it
 * @param rows null when they were not counted
 * @param fingerprint null when it was not taken
 */
public record TableEntry(
        long oid,
        String schema,
        String name,
        Relation.Kind kind,
        @Nullable Long rows,
        @Nullable String fingerprint) {
    private static final Pattern PLAIN = Pattern.compile("\\w+");

    /** Whether the archive must hold its rows. */
    public boolean holdsRows() {
        return kind.dumped();
    }

    /**
     * Whether somebody who types this means it.
     *
     * @param typed with or without schema, each as it is or as SQL quotes it: the only way to tell {@code "a.b"} from
     *     {@code a.b}
     */
    public boolean isCalled(String typed) {
        String quoted = Sql.identifier(name);
        return Set.of(name, quoted).contains(typed)
                || Set.of(
                                qualifiedName(),
                                schema + "." + quoted,
                                Sql.identifier(schema) + "." + name,
                                Sql.identifier(schema) + "." + quoted)
                        .contains(typed);
    }

    /** What to type for it, quoted as SQL quotes it where it must be. */
    public String typed() {
        return quoted(schema) + "." + typedName();
    }

    /** The same without its schema. */
    public String typedName() {
        return quoted(name);
    }

    private static String quoted(String identifier) {
        return PLAIN.matcher(identifier).matches() ? identifier : Sql.identifier(identifier);
    }

    /** The table of this name in another database, where its oid is another one. */
    public Relation elsewhere() {
        return new Relation(0, schema, name, kind, null);
    }

    /** Its name in SQL. */
    public String sqlName() {
        return elsewhere().sqlName();
    }

    public String qualifiedName() {
        return schema + "." + name;
    }
}
