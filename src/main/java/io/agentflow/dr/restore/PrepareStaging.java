package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.ClusterNeeds.Extension;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.Sql;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes the empty staging database beside the live one, and sweeps those that dead restores left. */
public final class PrepareStaging {
    private final Clock clock;

    public PrepareStaging(Clock clock) {
        this.clock = clock;
    }

    /**
     * Sweeps, then makes an empty database.
     *
     * @throws Refused if the target cannot make a database with the backup's encoding and locale
     */
    public RestoreRun.Staged prepare(RestoreRun.Planned planned) {
        Sql sql = planned.maintenance().sql();
        DatabaseName target = planned.request().database();
        sweep(planned, target);
        Manifest manifest = planned.backup().manifest();
        List<String> warnings = new ArrayList<>();
        DatabaseName staging = staging(target, manifest);
        if (planned.maintenance().exists(staging) && !abandoned(planned, staging)) {
            throw new Busy(
                    "a database '" + staging + "' exists already and is not ours",
                    "Look at it, then: DROP DATABASE " + Sql.identifier(staging.text()) + ";");
        }
        // Dropped again however the restore ends, unless the swap has given it another name by then.
        planned.operation().hold(() -> leave(planned, staging));
        drop(planned, staging);
        create(sql, staging, manifest.properties(), planned.request().options());
        DatabaseMark mark = new DatabaseMark(
                staging,
                sql.number("SELECT oid::bigint FROM pg_database WHERE datname = ?", staging.text()),
                DatabaseMark.STAGING,
                clock.instant(),
                manifest.id().text(),
                target,
                null);
        sql.run(mark.statement());
        mark.sign(sql);
        warnings.addAll(new ApplyProperties(sql).settings(staging, manifest.properties()));
        empty(planned, staging, manifest);
        return new RestoreRun.Staged(planned, staging, sql.serverVersion(), warnings);
    }

    /** The name under which a backup is restored until it is proven. */
    static DatabaseName staging(DatabaseName target, Manifest manifest) {
        return target.with("_af_" + manifest.id().suffix());
    }

    private static void create(Sql sql, DatabaseName staging, DatabaseProperties properties, RestoreOptions options) {
        String role = options.role();
        try {
            sql.run("CREATE DATABASE " + Sql.identifier(staging.text())
                    + properties.creationOptions(sql.serverVersion().major())
                    + (options.noTablespaces() || properties.tablespace().equals("pg_default")
                            ? ""
                            : " TABLESPACE " + Sql.identifier(properties.tablespace()))
                    // Whoever loads must be allowed to make schemas, and to fill the schema public.
                    + (role == null ? "" : " OWNER " + Sql.identifier(role))
                    + " ALLOW_CONNECTIONS false");
            // Nobody who might not connect to the live database reads the rows here while they are loaded.
            sql.run("REVOKE CONNECT ON DATABASE " + Sql.identifier(staging.text()) + " FROM PUBLIC");
            if (role != null) {
                sql.run("GRANT CONNECT ON DATABASE " + Sql.identifier(staging.text()) + " TO SESSION_USER");
            }
            sql.run(allow(staging, true));
        } catch (AfException e) {
            if (e.retryable()) {
                throw e;
            }
            throw new Refused(
                    "no database with encoding " + properties.encoding() + " and locale " + properties.collate()
                            + " can be made at the target: " + e.fact(),
                    "Install the locale on the server, or free disk space there.",
                    e);
        }
    }

    /** A new database has the schema public and the extension plpgsql; where the source had not, they must go. */
    private static void empty(RestoreRun.Planned planned, DatabaseName staging, Manifest manifest) {
        try (Sql sql = Connections.open(
                planned.request().target().database(staging),
                planned.operation().sessionName("prepare"))) {
            if (!manifest.properties().publicSchema()) {
                sql.run("DROP SCHEMA public");
            }
            Set<String> needed =
                    manifest.needs().extensions().stream().map(Extension::name).collect(Collectors.toSet());
            for (Extension present : new DatabaseCatalog(sql).extensions()) {
                if (!needed.contains(present.name())) {
                    sql.run("DROP EXTENSION " + Sql.identifier(present.name()));
                }
            }
        }
    }

    /** A restore that was killed while the server made the database could not mark it: then nothing is in it. */
    private static boolean abandoned(RestoreRun.Planned planned, DatabaseName staging) {
        Sql sql = planned.maintenance().sql();
        if (sql.yes("SELECT datallowconn FROM pg_database WHERE datname = ?", staging.text())) {
            return empty(planned, staging);
        }
        // Killed before it let anybody in; or a database of somebody else's, which stays closed.
        sql.run(allow(staging, true));
        boolean empty = empty(planned, staging);
        if (!empty) {
            sql.run(allow(staging, false));
        }
        return empty;
    }

    private static String allow(DatabaseName database, boolean connections) {
        return "ALTER DATABASE " + Sql.identifier(database.text()) + " ALLOW_CONNECTIONS " + connections;
    }

    private static boolean empty(RestoreRun.Planned planned, DatabaseName staging) {
        try (Sql sql = Connections.open(
                planned.request().target().database(staging),
                planned.operation().sessionName("prepare"))) {
            return sql.yes("SELECT NOT EXISTS (SELECT FROM pg_class WHERE oid >= 16384)"
                    + " AND NOT EXISTS (SELECT FROM pg_largeobject_metadata)");
        }
    }

    /** The lock on the target is ours, so whatever is marked as its staging database has no living owner. */
    private static void sweep(RestoreRun.Planned planned, DatabaseName target) {
        List<DatabaseMark> dead = DatabaseMark.of(planned.maintenance().sql(), DatabaseMark.STAGING, target);
        dead.forEach(mark -> drop(planned, mark.marked()));
    }

    private static void leave(RestoreRun.Planned planned, DatabaseName staging) {
        if (planned.operation().undecided()) {
            // It may be the live one by now, or about to be.
            return;
        }
        if (!planned.request().options().keepStaging()) {
            drop(planned, staging);
        } else if (planned.operation().committed() == null) {
            planned.operation()
                    .events()
                    .accept(new OperationEvent.Warned("kept as it is: " + staging + "; the next restore of "
                            + planned.request().database() + " drops it"));
        }
    }

    private static void drop(RestoreRun.Planned planned, DatabaseName staging) {
        // The maintenance session may be the very thing that broke.
        try (MaintenanceSession session =
                MaintenanceSession.open(planned.request().target(), planned.operation())) {
            new DropDatabase(session, planned.request().target(), planned.operation()).staging(staging);
        }
    }
}
