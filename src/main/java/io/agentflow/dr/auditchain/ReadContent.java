package io.agentflow.dr.auditchain;

import io.agentflow.dr.postgres.Sql;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hashes each record anew, in whatever order the server has them, and counts per tenant those that differ. Large records
 * are asked for afterwards, in pieces: the driver would hold a row as a whole.
 */
final class ReadContent {
    /** A record whose values are longer than this comes in pieces … */
    private static final int LONGEST = 1 << 17;
    /** … of so many bytes. */
    private static final int PIECE = 1 << 20;

    private static final int TENANT = 0;
    private static final int TIME = CanonicalRecord.VALUES;
    private static final int PREVIOUS = TIME + 1;
    private static final int HASH = TIME + 2;
    private static final int ID = TIME + 3;
    /** Where the record is, if it is a large one. */
    private static final int PLACE = TIME + 4;

    private static final List<String> VALUES = List.of(
            "tenant_id::text",
            "actor_type::text",
            "actor_id::text",
            "action::text",
            "resource_type::text",
            "resource_id::text",
            "details::text");

    private final AuditTable table;
    private final Consumer<ChainProblem> problems;
    private final Map<String, Long> differing = new HashMap<>();
    private final CanonicalRecord record = new CanonicalRecord();

    /** A large record: what of it is not read in pieces. */
    private static final class Large {
        private final byte[] @Nullable [] fields;
        private final String place;

        Large(byte[] @Nullable [] fields, String place) {
            this.fields = fields;
            this.place = place;
        }

        byte[] @Nullable [] fields() {
            return fields;
        }

        String place() {
            return place;
        }
    }

    ReadContent(AuditTable table, Consumer<ChainProblem> problems) {
        this.table = table;
        this.problems = problems;
    }

    /** How many records of each tenant differ; only tenants that have any. */
    Map<String, Long> of(Sql sql, String records) {
        List<Large> large = new ArrayList<>();
        sql.copyOut(query(records), copy -> read(new BinaryRows(copy), large));
        large.forEach(one -> sql.copyOut(pieces(one.place()), copy -> read(new BinaryRows(copy), one)));
        return differing;
    }

    /**
     * No hash is longer than 32 bytes: more than 64 of one that is are not needed to see that it is none. What is asked
     * of each value twice is a length and nothing more: the server is what takes the time.
     */
    private String query(String records) {
        StringJoiner sent = new StringJoiner(", ");
        StringJoiner length = new StringJoiner(" + ");
        sent.add(table.key().sent("tenant_id"));
        for (String value : VALUES.subList(TENANT + 1, VALUES.size())) {
            sent.add("CASE WHEN octet_length(" + value + ") <= " + LONGEST + " THEN " + value + " END");
            length.add("coalesce(octet_length(" + value + "), 0)::bigint");
        }
        // OFFSET 0 keeps the server from writing details as text more than once.
        return "COPY (SELECT " + sent + ", ts, substring(prev_hash FOR 64), substring(hash FOR 64), "
                + table.key().sent("id") + ", CASE WHEN " + length + " > " + LONGEST
                + " THEN tableoid::bigint || ' ' || ctid END FROM (SELECT tenant_id, actor_type,"
                + " actor_id, action, resource_type, resource_id, details::text AS details, ts, prev_hash, hash, id,"
                + " tableoid, ctid FROM " + records + " OFFSET 0) r) TO STDOUT (FORMAT binary)";
    }

    private String pieces(String place) {
        StringBuilder texts = new StringBuilder();
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < VALUES.size(); i++) {
            texts.append(i == 0 ? "" : ", ")
                    .append("convert_to(")
                    .append(VALUES.get(i))
                    .append(", 'UTF8') AS f");
            texts.append(i);
            values.append(i == 0 ? "" : ", ")
                    .append('(')
                    .append(i)
                    .append("::bigint, f")
                    .append(i)
                    .append(')');
        }
        int blank = place.indexOf(' ');
        return "COPY (WITH r AS MATERIALIZED (SELECT " + texts + " FROM " + table.sqlName() + " WHERE ctid = '"
                + place.substring(blank + 1) + "' AND tableoid = " + place.substring(0, blank)
                + ") SELECT v.number, substring(v.value FROM p FOR " + PIECE + ") FROM r, LATERAL (VALUES " + values
                + ") v(number, value), LATERAL generate_series(1, greatest(octet_length(v.value), 1), " + PIECE
                + ") p ORDER BY v.number, p) TO STDOUT (FORMAT binary)";
    }

    private void read(BinaryRows rows, List<Large> large) throws IOException {
        byte[] @Nullable [] fields = new byte[PLACE + 1] @Nullable [];
        while (rows.next(fields)) {
            byte[] tenant = fields[TENANT];
            fields[TENANT] = tenant == null ? null : table.key().utf8(tenant);
            byte[] place = fields[PLACE];
            if (place != null) {
                byte[] @Nullable [] known = fields.clone();
                // They come again in pieces: until then nothing of a record is held but where and whose it is.
                Arrays.fill(known, TENANT + 1, TIME, null);
                large.add(new Large(known, text(place)));
            } else {
                judge(fields, record.hash(fields[PREVIOUS], fields, time(fields)));
            }
        }
    }

    private void read(BinaryRows rows, Large large) throws IOException {
        byte[] @Nullable [] piece = new byte[2] @Nullable [];
        record.begin(large.fields()[PREVIOUS]);
        while (rows.next(piece)) {
            record.piece((int) CanonicalRecord.number(required(piece[0])), piece[1]);
        }
        judge(large.fields(), record.end(time(large.fields())));
    }

    private void judge(byte[] @Nullable [] fields, byte[] hash) throws IOException {
        if (Arrays.equals(hash, fields[HASH])) {
            return;
        }
        String tenant = text(fields[TENANT]);
        differing.merge(tenant, 1L, Long::sum);
        problems.accept(new ChainProblem(
                tenant, table.key().text(fields[ID]), RecordTime.readable(time(fields)), ChainProblem.Kind.CONTENT));
    }

    private static long time(byte[] @Nullable [] fields) throws IOException {
        return CanonicalRecord.number(required(fields[TIME]));
    }

    private static byte[] required(byte @Nullable [] field) throws IOException {
        if (field == null) {
            throw new IOException("an audit record without a time");
        }
        return field;
    }

    private static String text(byte @Nullable [] utf8) {
        return utf8 == null ? "" : new String(utf8, StandardCharsets.UTF_8);
    }
}
