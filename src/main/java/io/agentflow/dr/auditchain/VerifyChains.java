package io.agentflow.dr.auditchain;

import io.agentflow.dr.core.Early;
import io.agentflow.dr.postgres.Sql;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks all chains of a table: the links in one session, in the order of time; the content in another, in any order.
 * Both must see the same snapshot.
 */
public final class VerifyChains {
    private static final String READING = "the reading of the audit chain";

    /** So many problems are told one by one, of each sort. */
    private static final int TOLD = 100;

    private final Supplier<Sql> sessions;

    /** @param sessions opens one more session, all of them in the same snapshot; it is closed here */
    public VerifyChains(Supplier<Sql> sessions) {
        this.sessions = sessions;
    }

    /**
     * Reads every record twice.
     *
     * @param tenant whose chain alone is checked, or null for all
     */
    public AuditReport verify(AuditTable table, @Nullable UUID tenant) {
        long start = System.nanoTime();
        Queue<ChainProblem> links = new ConcurrentLinkedQueue<>();
        Queue<ChainProblem> contents = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Map<String, TenantChain>> chains = threads.submit(() -> {
                try (Sql sql = alone()) {
                    return new ReadLinks(table.key(), first(links)).of(sql, table.records(tenant));
                }
            });
            Future<Map<String, Long>> differing = threads.submit(() -> {
                try (Sql sql = alone()) {
                    return new ReadContent(table, first(contents)).of(sql, table.records(tenant));
                }
            });
            List<TenantChain> tenants = join(Early.await(chains, READING), Early.await(differing, READING));
            List<ChainProblem> problems = new ArrayList<>(forks(table, List.copyOf(links)));
            problems.addAll(contents);
            return new AuditReport(
                    tenants,
                    contentKnown(table, tenant, tenants),
                    List.copyOf(problems),
                    Duration.ofNanos(System.nanoTime() - start));
        } finally {
            threads.shutdownNow();
        }
    }

    /** Two sessions read at once already; workers beside them only hand each row on once more, which takes a seventh longer. */
    private Sql alone() {
        Sql sql = sessions.get();
        sql.run("SET max_parallel_workers_per_gather = 0");
        return sql;
    }

    /**
     * One record that fits shows that the form of what was hashed is known: a whole history that does not fit was then
     * rewritten. Where one tenant alone was asked for, the others are read only if none of its records fits.
     */
    private boolean contentKnown(AuditTable table, @Nullable UUID tenant, List<TenantChain> read) {
        if (fits(read)) {
            return true;
        }
        if (tenant == null || read.isEmpty()) {
            return false;
        }
        try (Sql sql = sessions.get()) {
            String all = table.records(null);
            long differing = new ReadContent(table, problem -> {})
                    .of(sql, all).values().stream().mapToLong(Long::longValue).sum();
            return differing < sql.number("SELECT count(*) FROM " + all);
        }
    }

    private static boolean fits(List<TenantChain> tenants) {
        return tenants.stream().anyMatch(chain -> chain.differingContent() < chain.records());
    }

    private static java.util.function.Consumer<ChainProblem> first(Queue<ChainProblem> told) {
        AtomicInteger count = new AtomicInteger();
        return problem -> {
            if (count.getAndIncrement() < TOLD) {
                told.add(problem);
            }
        };
    }

    private static List<TenantChain> join(Map<String, TenantChain> chains, Map<String, Long> differing) {
        return new TreeSet<>(chains.keySet())
                .stream()
                        .map(tenant -> chain(chains, tenant).with(differing.getOrDefault(tenant, 0L)))
                        .toList();
    }

    private static TenantChain chain(Map<String, TenantChain> chains, String tenant) {
        TenantChain chain = chains.get(tenant);
        if (chain == null) {
            throw new IllegalStateException("no chain of " + tenant);
        }
        return chain;
    }

    /** A broken link whose predecessor is there is a fork: two records say that they follow the same one. */
    private List<ChainProblem> forks(AuditTable table, List<ChainProblem> links) {
        if (links.stream().noneMatch(problem -> problem.kind() == ChainProblem.Kind.LINK)) {
            return links;
        }
        String ids = links.stream()
                .map(problem -> Sql.literal(problem.id()))
                .collect(java.util.stream.Collectors.joining(", "));
        try (Sql sql = sessions.get()) {
            List<String> forked =
                    sql.texts("SELECT a.id::text FROM " + table.sqlName() + " a WHERE a.id::text IN (" + ids
                            + ") AND EXISTS (SELECT FROM " + table.sqlName()
                            + " b WHERE b.tenant_id = a.tenant_id AND b.hash = a.prev_hash)");
            return links.stream()
                    .map(problem -> problem.kind() == ChainProblem.Kind.LINK && forked.contains(problem.id())
                            ? new ChainProblem(problem.tenant(), problem.id(), problem.at(), ChainProblem.Kind.FORK)
                            : problem)
                    .toList();
        }
    }
}
