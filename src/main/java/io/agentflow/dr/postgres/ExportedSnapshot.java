package io.agentflow.dr.postgres;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Overtaken;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One instant of a database, held by an open transaction and shared by name with pg_dump and other sessions. When its
 * connection dies, the name can no longer be imported and the backup must fail.
 */
public final class ExportedSnapshot implements AutoCloseable {
    private static final int LOCKED_AT_ONCE = 500;
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Sql sql;
    private final String id;
    private final @Nullable String lsn;
    private final String xidHorizon;
    private final Instant takenAt;
    private List<Relation> locked = List.of();

    private ExportedSnapshot(Sql sql) {
        this.sql = sql;
        sql.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        this.id = sql.text("SELECT pg_export_snapshot()");
        this.lsn = sql.text(
                "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END");
        this.xidHorizon = sql.text("SELECT pg_current_snapshot()::text");
        this.takenAt = sql.one(
                "SELECT transaction_timestamp()",
                row -> row.getObject(1, OffsetDateTime.class).toInstant());
    }

    /** Begins a transaction in this session, which it takes over, and exports its snapshot. */
    public static ExportedSnapshot export(Sql session) {
        return new ExportedSnapshot(session);
    }

    /**
     * Keeps TRUNCATE and rewriting ALTER TABLE off these relations while the snapshot is held: a snapshot does not
     * protect against them, and the fingerprints must not see other rows than the dumps.
     *
     * @throws io.agentflow.dr.core.TableLocked if somebody holds a lock on one for longer than the session's lock_timeout
     * @throws Overtaken if one was dropped, emptied, rewritten or replaced after the snapshot was taken
     */
    public void lock(List<Relation> relations) {
        locked = relations.stream()
                .filter(r -> r.kind().dumped() || r.kind() == Relation.Kind.PARTITIONED)
                .toList();
        for (int from = 0; from < locked.size(); from += LOCKED_AT_ONCE) {
            lockTables(locked.subList(from, Math.min(locked.size(), from + LOCKED_AT_ONCE)).stream()
                    .map(r -> "ONLY " + r.sqlName())
                    .collect(Collectors.joining(", ", "LOCK TABLE ", " IN ACCESS SHARE MODE")));
        }
        requireUnchanged();
    }

    private void lockTables(String statement) {
        try {
            sql.run(statement);
        } catch (AfException e) {
            if (e.getCause() instanceof SQLException said && "42P01".equals(said.getSQLState())) {
                throw new Overtaken("a table was dropped while the snapshot was taken: " + said.getMessage(), e);
            }
            throw e;
        }
    }

    /**
     * A TRUNCATE between the snapshot and the lock would leave the snapshot without the table's rows, and so would another
     * table that took its name. The catalog's rows are seen as of the snapshot, the functions tell of now.
     */
    private void requireUnchanged() {
        List<String> changed = sql.texts(
                "SELECT l.name FROM unnest(?::bigint[], ?::text[]) AS l(oid, name)"
                        + " JOIN pg_class c ON c.oid = l.oid::oid WHERE to_regclass(l.name) IS DISTINCT FROM c.oid"
                        + " OR c.relfilenode <> 0 AND pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode LIMIT 5",
                locked.stream().map(Relation::oid).toArray(Long[]::new),
                locked.stream().map(Relation::sqlName).toArray(String[]::new));
        if (!changed.isEmpty()) {
            throw new Overtaken(
                    String.join(", ", changed) + " was emptied, rewritten or replaced, or its schema renamed, since the"
                            + " snapshot was taken",
                    null);
        }
    }

    /**
     * Ends the session: all that was to be read has been read, and its locks are in nobody's way any more.
     *
     * @throws Overtaken if a label of an enum or a schema was renamed since the snapshot was taken. That takes no lock.
     *     COPY writes the labels of now below a schema with those of the snapshot: no such archive can be restored. And it
     *     finds tables by the names of now: where two schemas have changed names, each table has the rows of the other
     */
    public void release() {
        requireUnchanged();
        String[] labels = sql.one(
                "SELECT coalesce(array_agg(oid)::text, '{}'), coalesce(array_agg(xmin)::text, '{}') FROM pg_enum",
                row -> new String[] {row.getString(1), row.getString(2)});
        sql.run("COMMIT");
        // By its version, not by its text: it may have been renamed back meanwhile.
        List<String> renamed = sql.texts(
                "SELECT DISTINCT e.enumtypid::regtype::text FROM unnest(?::oid[], ?::xid[]) AS l(oid, version)"
                        + " JOIN pg_enum e ON e.oid = l.oid WHERE e.xmin <> l.version LIMIT 5",
                labels[0],
                labels[1]);
        close();
        if (!renamed.isEmpty()) {
            throw new Overtaken(
                    "labels of the enum " + String.join(", ", renamed) + " were changed while they were dumped", null);
        }
    }

    /** What {@code pg_dump --snapshot} and {@code SET TRANSACTION SNAPSHOT} take. */
    public String id() {
        return id;
    }

    /** WAL position near the snapshot, for people; the snapshot itself is exact by transaction ids. */
    public @Nullable String lsn() {
        return lsn;
    }

    public String xidHorizon() {
        return xidHorizon;
    }

    public Instant takenAt() {
        return takenAt;
    }

    /** The session inside the snapshot: whatever it reads is of that instant. */
    public Sql sql() {
        return sql;
    }

    /**
     * Makes sure that the snapshot is still there.
     *
     * @param limit how long the server may take to answer
     * @throws ConnectionLost if the transaction that holds the snapshot has gone
     */
    public void requireHeld(Duration limit) {
        sql.requireAlive(limit);
    }

    /**
     * Whether somebody has a table of this database for himself, or waits to: as long as this session holds them all, who
     * was in the way of a dump's lock still waits.
     */
    public boolean contended() {
        return sql.yes(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))");
    }

    /** A further session that sees the same instant. */
    public Sql join(DatabaseUrl url, String applicationName) {
        Sql joined = Connections.open(url, applicationName);
        // The tables are locked for us already: whoever stands in the way now waits for us, and we would for him.
        try {
            joined.run(
                    "SET lock_timeout = '2s'; BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT "
                            + Sql.literal(id));
            return joined;
        } catch (AfException e) {
            joined.abort();
            // Of a snapshot that has gone the server says only that its name is wrong.
            requireHeld(ANSWER);
            throw e;
        }
    }

    @Override
    public void close() {
        sql.close();
    }
}
