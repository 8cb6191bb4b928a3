package io.agentflow.dr.auditchain;

import io.agentflow.dr.postgres.Sql;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Follows each tenant's chain in the order of time. Records of one instant are taken in the order of their links. Only
 * what has one instant is held, and never more than 100,000 records of it.
 */
final class ReadLinks {
    private static final int MOST_OF_ONE_INSTANT = 100_000;
    private static final byte[] NOBODY = {};
    private static final ByteBuffer NOTHING = ByteBuffer.wrap(NOBODY);

    private record Link(
            ByteBuffer id,
            @Nullable ByteBuffer previous,
            @Nullable ByteBuffer hash) {
        ByteBuffer key() {
            return previous == null ? NOTHING : previous;
        }
    }

    private final AuditKey key;
    private final Consumer<ChainProblem> problems;
    private final Map<String, TenantChain> chains = new LinkedHashMap<>();
    private final List<Link> instant = new ArrayList<>();
    private String tenant = "";
    private long at;
    private long records;
    private long broken;
    private @Nullable ByteBuffer first;
    private @Nullable ByteBuffer last;

    ReadLinks(AuditKey key, Consumer<ChainProblem> problems) {
        this.key = key;
        this.problems = problems;
    }

    /** All chains by tenant. */
    Map<String, TenantChain> of(Sql sql, String records) {
        // Under other names, or texts would be sorted where the columns are meant.
        sql.copyOut(
                "COPY (SELECT " + key.sent("tenant_id") + " AS k0, ts, " + key.sent("id") + " AS k2, "
                        + shortened("prev_hash") + ", " + shortened("hash") + " FROM " + records
                        + " ORDER BY tenant_id, ts, id) TO STDOUT (FORMAT binary)",
                copy -> read(new BinaryRows(copy)));
        return chains;
    }

    /** What is no hash may be of any length: its own hash stands for it, which is as good for comparing. */
    private static String shortened(String column) {
        return "CASE WHEN octet_length(" + column + ") > 64 THEN sha256(" + column + ") ELSE " + column + " END";
    }

    private void read(BinaryRows rows) throws IOException {
        byte[] @Nullable [] fields = new byte[5] @Nullable [];
        byte[] tenantBytes = NOBODY;
        while (rows.next(fields)) {
            byte[] now = fields[0] == null ? NOBODY : fields[0];
            long time = CanonicalRecord.number(required(fields[1]));
            boolean other = !Arrays.equals(now, tenantBytes);
            if (other || time != at || instant.size() == MOST_OF_ONE_INSTANT) {
                follow();
            }
            if (other) {
                end();
                tenantBytes = now;
                tenant = key.text(now);
            }
            at = time;
            instant.add(new Link(ByteBuffer.wrap(required(fields[2])), buffer(fields[3]), buffer(fields[4])));
        }
        follow();
        end();
    }

    private static @Nullable ByteBuffer buffer(byte @Nullable [] field) {
        return field == null ? null : ByteBuffer.wrap(field);
    }

    private static byte[] required(byte @Nullable [] field) throws IOException {
        if (field == null) {
            throw new IOException("an audit record without time or id");
        }
        return field;
    }

    /** Takes up what has one instant. */
    private void follow() {
        if (instant.size() == 1) {
            take(instant.get(0), fits(instant.get(0)));
        } else if (!instant.isEmpty()) {
            followMany();
        }
        instant.clear();
    }

    private void followMany() {
        Map<ByteBuffer, Deque<Link>> byPrevious = new HashMap<>();
        instant.forEach(link -> byPrevious
                .computeIfAbsent(link.key(), key -> new ArrayDeque<>())
                .add(link));
        Set<Link> left = new LinkedHashSet<>(instant);
        Deque<Link> heads = heads();
        while (!left.isEmpty()) {
            Link next = successor(byPrevious, left);
            // A gap: go on where a piece of the chain begins, or each record of the piece would count as a break.
            while (next == null && !heads.isEmpty()) {
                Link head = heads.remove();
                next = left.contains(head) ? head : null;
            }
            Link taken = next == null ? left.iterator().next() : next;
            left.remove(taken);
            take(taken, fits(taken));
        }
    }

    /** Those that follow none of the same instant. */
    private Deque<Link> heads() {
        Set<ByteBuffer> hashes = new HashSet<>();
        instant.forEach(link -> hashes.add(link.hash() == null ? NOTHING : link.hash()));
        return instant.stream()
                .filter(link -> !hashes.contains(link.key()))
                .collect(Collectors.toCollection(ArrayDeque::new));
    }

    private @Nullable Link successor(Map<ByteBuffer, Deque<Link>> byPrevious, Set<Link> left) {
        Deque<Link> waiting = byPrevious.get(last == null ? NOTHING : last);
        while (waiting != null && !waiting.isEmpty()) {
            Link next = waiting.remove();
            if (left.contains(next) && fits(next)) {
                return next;
            }
        }
        return null;
    }

    private boolean fits(Link link) {
        return records == 0
                ? link.previous() == null
                : link.previous() != null && link.previous().equals(last);
    }

    private void take(Link link, boolean fits) {
        if (!fits) {
            broken++;
            ChainProblem.Kind kind =
                    records == 0 || link.previous() == null ? ChainProblem.Kind.GENESIS : ChainProblem.Kind.LINK;
            problems.accept(new ChainProblem(tenant, key.text(link.id().array()), RecordTime.readable(at), kind));
        }
        if (records == 0) {
            first = link.hash();
        }
        last = link.hash();
        records++;
    }

    private void end() {
        if (records > 0) {
            chains.put(
                    tenant,
                    new TenantChain(tenant, records, CanonicalRecord.hex(first), CanonicalRecord.hex(last), broken, 0));
        }
        records = 0;
        broken = 0;
        first = null;
        last = null;
    }
}
