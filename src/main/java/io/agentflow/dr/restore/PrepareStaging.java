package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.ClusterNeeds.Extension;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.DatabaseProperties;
import io.agentflow.dr.postgres.Sql;
import java.time.Clock;
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
        DatabaseName staging = staging(target, manifest);
        if (planned.maintenance().exists(staging)) {
            throw new Busy(
                    "a database '" + staging + "' exists already and is not ours",
                    "Look at it, then: DROP DATABASE " + Sql.identifier(staging.text()) + ";");
        }
        // Dropped again however the restore ends, unless the swap has given it another name by then.
        planned.operation().hold(() -> drop(planned, staging));
        create(sql, staging, manifest.properties(), planned.request().options().noTablespaces());
        sql.run(new DatabaseMark(
                        staging,
                        DatabaseMark.STAGING,
                        clock.instant(),
                        manifest.id().text(),
                        target,
                        null)
                .statement());
        empty(planned, staging, manifest);
        return new RestoreRun.Staged(planned, staging);
    }

    /** The name under which a backup is restored until it is proven. */
    static DatabaseName staging(DatabaseName target, Manifest manifest) {
        return target.with("_af_" + manifest.id().suffix());
    }

    private static void create(
            Sql sql, DatabaseName staging, DatabaseProperties properties, boolean defaultTablespace) {
        try {
            sql.run("CREATE DATABASE " + Sql.identifier(staging.text()) + properties.creationOptions()
                    + (defaultTablespace || properties.tablespace().equals("pg_default")
                            ? ""
                            : " TABLESPACE " + Sql.identifier(properties.tablespace())));
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

    /** The lock on the target is ours, so whatever is marked as its staging database has no living owner. */
    private static void sweep(RestoreRun.Planned planned, DatabaseName target) {
        List<DatabaseMark> dead = DatabaseMark.of(planned.maintenance().sql(), DatabaseMark.STAGING, target);
        dead.forEach(mark -> drop(planned, mark.marked()));
    }

    private static void drop(RestoreRun.Planned planned, DatabaseName staging) {
        // The maintenance session may be the very thing that broke.
        try (MaintenanceSession session =
                MaintenanceSession.open(planned.request().target(), planned.operation())) {
            session.noTemplate(staging);
            String drop = "DROP DATABASE IF EXISTS " + Sql.identifier(staging.text());
            try {
                session.sql().run(drop + " WITH (FORCE)");
            } catch (OperationFailed e) {
                // Only a superuser may force an autovacuum worker out; a plain drop ends it for anybody.
                session.sql().run(drop);
            }
        }
    }
}
