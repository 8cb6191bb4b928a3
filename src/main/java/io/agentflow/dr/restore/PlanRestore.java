package io.agentflow.dr.restore;

import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.ClusterNeeds.Extension;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.postgres.ServerVersion;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.verify.ArchiveCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares what the backup needs with what the target has, before anything is touched. */
public final class PlanRestore {
    /** What every new database of a cluster is made from; others may be called template_something as they like. */
    private static final Set<String> CLUSTER_TEMPLATES = Set.of("template0", "template1");

    private final PgTools tools;

    public PlanRestore(PgTools tools) {
        this.tools = tools;
    }

    /**
     * Takes the target for this operation and makes sure that nothing stands in the way.
     *
     * @throws io.agentflow.dr.core.Refused if something does
     */
    public RestoreRun.Planned plan(RestoreRun.Fetched fetched) {
        Operation operation = fetched.operation();
        RestoreRequest request = fetched.request();
        MaintenanceSession session = operation.hold(MaintenanceSession.open(request.target(), operation));
        session.lock(request.database());
        RestorePlan plan =
                look(session.sql(), request.database(), fetched.backup().manifest());
        plan.require();
        return new RestoreRun.Planned(operation, request, fetched.backup(), session, plan);
    }

    /** Only looks: what would a restore of this manifest meet? */
    public RestorePlan preview(Operation operation, RestoreRequest request, Manifest manifest) {
        try (MaintenanceSession session = MaintenanceSession.open(request.target(), operation)) {
            return look(session.sql(), request.database(), manifest);
        }
    }

    private RestorePlan look(Sql sql, DatabaseName database, Manifest manifest) {
        List<Finding> findings = new ArrayList<>();
        findings.add(version(sql.serverVersion(), manifest));
        tools.forReading(ArchiveCheck.dumpMajor(manifest));
        missing(
                manifest.needs().roles(),
                sql.texts("SELECT rolname FROM pg_roles"),
                "role",
                "Create it, or take it from the backup: gunzip -c globals.sql.gz | psql -d postgres",
                findings);
        missing(
                manifest.needs().extensions().stream().map(Extension::name).toList(),
                sql.texts("SELECT name FROM pg_available_extensions"),
                "extension",
                "Install its package on the target's server.",
                findings);
        missing(
                manifest.needs().tablespaces(),
                sql.texts("SELECT spcname FROM pg_tablespace"),
                "tablespace",
                "Create it with: CREATE TABLESPACE … LOCATION …",
                findings);
        if (sql.yes("SELECT pg_is_in_recovery()")) {
            findings.add(Finding.stop("the target is a standby and read-only", "Restore on its primary."));
        }
        return database(sql, database, findings);
    }

    private static Finding version(ServerVersion target, Manifest manifest) {
        int source = manifest.source().serverVersionNumber() / 10000;
        String fact = "server " + target + ", backup from " + manifest.source().serverVersion();
        return target.major() >= source
                ? Finding.ok(fact)
                : Finding.stop(
                        "the target is PostgreSQL " + target + ", older than the backup's "
                                + manifest.source().serverVersion(),
                        "Restore into PostgreSQL " + source + " or newer.");
    }

    private static void missing(
            List<String> needed, List<String> present, String what, String fix, List<Finding> findings) {
        Set<String> there = Set.copyOf(present);
        needed.stream()
                .filter(name -> !there.contains(name))
                .forEach(
                        name -> findings.add(Finding.stop(what + " '" + name + "' does not exist at the target", fix)));
    }

    private static RestorePlan database(Sql sql, DatabaseName name, List<Finding> findings) {
        if (CLUSTER_TEMPLATES.contains(name.text())) {
            findings.add(Finding.stop(
                    "'" + name + "' is a template of this cluster",
                    "Restore into another name and rename it by hand."));
        }
        boolean superuser = sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
        if (!superuser && !sql.yes("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")) {
            findings.add(
                    Finding.stop("this role may not create databases", "ALTER ROLE … CREATEDB, or use a superuser."));
        }
        List<long[]> live = sql.list(
                "SELECT pg_database_size(oid), (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid"
                        + " AND a.backend_type = 'client backend'),"
                        + " (SELECT count(*) FROM pg_prepared_xacts p WHERE p.database = d.datname),"
                        + " pg_has_role(d.datdba, 'USAGE')::int FROM pg_database d WHERE datname = ?",
                row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)},
                name.text());
        if (live.isEmpty()) {
            findings.add(Finding.ok("'" + name + "' does not exist yet and is created"));
            return new RestorePlan(List.copyOf(findings), false, 0, 0);
        }
        long[] facts = live.get(0);
        findings.add(Finding.ok("'" + name + "' (" + new ByteSize(facts[0]) + ") is kept under another name"));
        if (facts[1] > 0) {
            findings.add(Finding.note(facts[1] + " sessions are connected to " + name, "They are ended at the swap."));
        }
        if (facts[2] > 0) {
            findings.add(Finding.stop(
                    name + " has " + facts[2] + " prepared transactions, so it cannot be renamed",
                    "Finish them: COMMIT PREPARED or ROLLBACK PREPARED each gid of pg_prepared_xacts."));
        }
        if (facts[3] == 0 && !superuser) {
            findings.add(Finding.stop("this role does not own " + name, "Use its owner or a superuser."));
        }
        return new RestorePlan(List.copyOf(findings), true, facts[0], (int) facts[1]);
    }
}
