package io.agentflow.dr.fingerprint;

import io.agentflow.dr.core.Early;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Takes the fingerprints of many tables at once, each session at one table at a time. */
public final class TakeFingerprints {
    private final ProofLevel level;
    private final FingerprintFormat format;
    private final int sessions;

    /** @param sessions how many connections work side by side */
    public TakeFingerprints(ProofLevel level, FingerprintFormat format, int sessions) {
        this.level = level;
        this.format = format;
        this.sessions = Math.max(1, sessions);
    }

    /**
     * Takes the fingerprint of each table that holds rows.
     *
     * @param session opens one more session, all of them in the same snapshot; it is closed here
     * @param taken is told each table as it is done, from several threads
     */
    public Map<Relation, Fingerprint> of(List<Relation> relations, Supplier<Sql> session, Consumer<Relation> taken) {
        ConcurrentLinkedQueue<Relation> waiting = new ConcurrentLinkedQueue<>(
                relations.stream().filter(r -> r.kind().dumped()).toList());
        Map<Relation, Fingerprint> fingerprints = new ConcurrentHashMap<>();
        int workers = Math.min(sessions, waiting.size());
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, workers));
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                running.add(threads.submit((Callable<Void>) () -> work(waiting, session.get(), fingerprints, taken)));
            }
            for (Future<?> one : running) {
                Early.await(one, "the reading of the tables");
            }
            return fingerprints;
        } finally {
            waiting.clear();
            threads.shutdownNow();
        }
    }

    private Void work(
            ConcurrentLinkedQueue<Relation> waiting,
            Sql session,
            Map<Relation, Fingerprint> fingerprints,
            Consumer<Relation> taken) {
        try (session) {
            session.run(FingerprintQuery.FIXED_OUTPUT);
            Set<String> relying = OwnSearchPath.relying(session);
            for (Relation table = waiting.poll(); table != null; table = waiting.poll()) {
                fingerprints.put(table, of(session, table, level, format, false, relying));
                taken.accept(table);
            }
            return null;
        } catch (RuntimeException e) {
            // One failure fails the whole: the other workers stop after the table they are at.
            waiting.clear();
            throw e;
        }
    }

    private static Fingerprint of(
            Sql session,
            Relation table,
            ProofLevel level,
            FingerprintFormat format,
            boolean tree,
            Set<String> relying) {
        boolean own = relying.contains(table.sqlName());
        Supplier<Fingerprint> reading;
        if (level == ProofLevel.COUNTS) {
            reading = () -> new Fingerprint(session.number(FingerprintQuery.counting(table, tree)), null);
        } else {
            List<RowColumn> columns = session.list(RowColumn.COLUMNS, RowColumn::of, table.sqlName());
            String query =
                    FingerprintQuery.of(table, columns, format, tree) + (own ? FingerprintQuery.UNDER_FIXED_PATH : "");
            reading = () -> session.one(query, row -> new Fingerprint(row.getLong(1), row.getString(2)));
        }
        return own ? OwnSearchPath.under(session, table, reading) : reading.get();
    }

    /**
     * The fingerprint of one table in a session of the caller's, whose output settings it changes.
     *
     * @param tree whether the rows of its partitions count, too: then it is the sum of theirs
     */
    public static Fingerprint ofOne(
            Sql session, Relation table, ProofLevel level, FingerprintFormat format, boolean tree) {
        session.run(FingerprintQuery.FIXED_OUTPUT);
        return of(session, table, level, format, tree, OwnSearchPath.relying(session));
    }

    /** The fingerprint of all large objects together; at level {@code full} only. Both formats read them alike. */
    public static String ofLargeObjects(Sql session, FingerprintFormat format) {
        BigInteger left = BigInteger.ZERO;
        BigInteger right = BigInteger.ZERO;
        Long last = 0L;
        while (last != null) {
            // Rolling back to the savepoint closes the descriptors that lo_open left open.
            session.run("SAVEPOINT large_objects");
            String[] sums = session.one(
                    FingerprintQuery.LARGE_OBJECTS,
                    row -> new String[] {row.getString(1), row.getString(2), row.getString(3)},
                    last);
            // Without the release each would stand inside the one before it, millions of objects thousands deep.
            session.run("ROLLBACK TO SAVEPOINT large_objects; RELEASE SAVEPOINT large_objects");
            left = left.add(new BigInteger(sums[0]));
            right = right.add(new BigInteger(sums[1]));
            last = sums[2] == null ? null : Long.valueOf(sums[2]);
        }
        return format.prefix() + left + ":" + right;
    }
}
