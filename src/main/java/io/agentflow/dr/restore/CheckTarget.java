package io.agentflow.dr.restore;

import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether the name that the restored database will have can be taken from the one that has it now. */
final class CheckTarget {
    /** What every new database of a cluster is made from; others may be called template_something as they like. */
    private static final Set<String> CLUSTER_TEMPLATES = Set.of("template0", "template1");

    private record Live(long bytes, int sessions, int prepared, boolean owned, int slots, List<String> stuck) {}

    private final Sql sql;
    private final DatabaseName name;
    private final RestoreRequest request;
    private final Manifest manifest;
    private final boolean structureOnly;
    private final @Nullable Live live;

    CheckTarget(Sql sql, RestoreRequest request, Manifest manifest) {
        this.sql = sql;
        this.request = request;
        this.name = request.database();
        this.manifest = manifest;
        this.structureOnly = request.type() == RestoreType.SCHEMA;
        List<Live> found = sql.list(
                "SELECT pg_database_size(oid), (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid"
                        + " AND " + EndSessions.OF_ROLES + "),"
                        + " (SELECT count(*) FROM pg_prepared_xacts p WHERE p.database = d.datname),"
                        + " pg_has_role(d.datdba, 'USAGE'),"
                        + " (SELECT count(*) FROM pg_replication_slots s WHERE s.database = d.datname),"
                        + " ARRAY(SELECT a.pid || ' of ' || coalesce(a.usename, '?') FROM pg_stat_activity a"
                        + " WHERE a.datid = d.oid AND " + EndSessions.OF_ROLES + " AND NOT (" + EndSessions.MAY_END
                        + ") ORDER BY a.pid)"
                        + " FROM pg_database d WHERE datname = ?",
                row -> new Live(
                        row.getLong(1), row.getInt(2), row.getInt(3), row.getBoolean(4), row.getInt(5), List.of((String
                                        [])
                                row.getArray(6).getArray())),
                name.text());
        this.live = found.isEmpty() ? null : found.get(0);
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (CLUSTER_TEMPLATES.contains(name.text())) {
            findings.add(Finding.stop(
                    "'" + name + "' is a template of this cluster",
                    "every new database is made from it",
                    "Restore into another name and rename it by hand."));
        }
        if (!manifest.database().equals(name.text())) {
            findings.add(Finding.note(
                    "this is a backup of " + manifest.database() + ", not of " + name,
                    "what is in " + name + " afterwards comes from " + manifest.database(),
                    ""));
        }
        clash(findings);
        if (live == null) {
            findings.add(Finding.ok("'" + name + "' does not exist yet and is created"));
        } else {
            live(live, findings);
            structureOnly(findings);
        }
        return findings;
    }

    private void structureOnly(List<Finding> findings) {
        if (structureOnly) {
            findings.add(Finding.note(
                    "'" + name + "' has no rows afterwards",
                    "only the structure is restored; the rows are in the database that is kept",
                    "To restore the rows, too: leave 'schema' out."));
        }
    }

    RestorePlan plan(List<Finding> findings) {
        return live == null
                ? new RestorePlan(findings, false, 0, 0)
                : new RestorePlan(findings, true, live.bytes(), live.sessions());
    }

    private void clash(List<Finding> findings) {
        DatabaseName staging = PrepareStaging.staging(name, manifest);
        boolean there = sql.yes("SELECT EXISTS (SELECT FROM pg_database WHERE datname = ?)", staging.text());
        if (PrepareStaging.ready(sql, request, manifest)) {
            findings.add(Finding.ok("'" + staging + "' is there from a restore that only failed at the swap: it is not"
                    + " loaded again, but proven again and swapped in"));
            return;
        }
        boolean ours = DatabaseMark.staging(sql, name).stream()
                .anyMatch(mark -> mark.marked().equals(staging));
        if (there && !ours) {
            findings.add(Finding.note(
                    "a database '" + staging + "' exists already",
                    "the backup is restored under that name at first; unless it is empty, the restore ends there",
                    "Look at it, then: DROP DATABASE " + Sql.identifier(staging.text()) + ";"));
        }
    }

    private void live(Live present, List<Finding> findings) {
        findings.add(Finding.ok("'" + name + "' (" + new ByteSize(present.bytes()) + ") is kept under another name"));
        if (present.sessions() > 0) {
            findings.add(Finding.note(
                    present.sessions() + (present.sessions() == 1 ? " session is" : " sessions are") + " connected to "
                            + name,
                    "they are ended at the swap",
                    ""));
        }
        if (!present.stuck().isEmpty()) {
            findings.add(
                    Finding.stop(
                            "this role may not end the sessions of others in " + name + ": "
                                    + String.join(", ", present.stuck()),
                            name + " cannot be renamed while they are connected",
                            "End them, or use a superuser; for sessions of those who are none GRANT pg_signal_backend will do."));
        }
        if (present.prepared() > 0) {
            findings.add(Finding.stop(
                    name + " has " + present.prepared() + " prepared transactions",
                    "it cannot be renamed before they end",
                    "SELECT gid FROM pg_prepared_xacts; then COMMIT PREPARED or ROLLBACK PREPARED each."));
        }
        if (present.slots() > 0) {
            findings.add(Finding.note(
                    name + " has " + present.slots() + " logical replication slots",
                    "they stay with the old database: subscribers must be pointed at new ones",
                    ""));
        }
        if (!present.owned() && !sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
            findings.add(Finding.stop(
                    "this role does not own " + name, "only its owner may rename it", "Use its owner or a superuser."));
        }
    }
}
