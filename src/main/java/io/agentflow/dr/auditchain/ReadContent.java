package io.agentflow.dr.auditchain;

import io.agentflow.dr.postgres.Sql;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hashes each record anew, in whatever order the server has them, and counts per tenant those that differ. */
final class ReadContent {
    private static final String COLUMNS = "tenant_id::text, actor_type::text, actor_id::text, action::text,"
            + " resource_type::text, resource_id::text, details::text, ts, prev_hash, hash, id::text";
    private static final int TENANT = 0;
    private static final int TIME = 7;
    private static final int PREVIOUS = 8;
    private static final int HASH = 9;
    private static final int ID = 10;

    private final Consumer<ChainProblem> problems;
    private final Map<String, Long> differing = new HashMap<>();

    ReadContent(Consumer<ChainProblem> problems) {
        this.problems = problems;
    }

    /** How many records of each tenant differ; only tenants that have any. */
    Map<String, Long> of(Sql sql, String records) {
        sql.copyOut(
                "COPY (SELECT " + COLUMNS + " FROM " + records + ") TO STDOUT (FORMAT binary)",
                copy -> read(new BinaryRows(copy)));
        return differing;
    }

    private void read(BinaryRows rows) throws IOException {
        byte[] @Nullable [] fields = new byte[ID + 1] @Nullable [];
        CanonicalRecord record = new CanonicalRecord();
        while (rows.next(fields)) {
            long time = CanonicalRecord.number(required(fields[TIME]));
            if (!Arrays.equals(record.hash(fields[PREVIOUS], fields, time), fields[HASH])) {
                differs(fields, time);
            }
        }
    }

    private void differs(byte[] @Nullable [] fields, long time) {
        String tenant = text(fields[TENANT]);
        differing.merge(tenant, 1L, Long::sum);
        problems.accept(
                new ChainProblem(tenant, text(fields[ID]), CanonicalRecord.readable(time), ChainProblem.Kind.CONTENT));
    }

    private static byte[] required(byte @Nullable [] time) throws IOException {
        if (time == null) {
            throw new IOException("an audit record without a time");
        }
        return time;
    }

    private static String text(byte @Nullable [] utf8) {
        return utf8 == null ? "" : new String(utf8, StandardCharsets.UTF_8);
    }
}
