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
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
        Manifest manifest = planned.backup().manifest();
        List<String> warnings = new ArrayList<>();
        DatabaseName staging = staging(target, manifest);
        boolean ready = ready(sql, planned.request(), manifest);
        sweep(planned, ready ? staging : null);
        if (!ready && planned.maintenance().exists(staging) && !abandoned(planned, staging)) {
            throw new Busy(
                    "a database '" + staging + "' exists already and is not ours",
                    "Look at it, then: DROP DATABASE " + Sql.identifier(staging.text()) + ";");
        }
        // Dropped again however the restore ends, unless the swap has given it another name by then.
        planned.operation().hold(() -> leave(planned, staging));
        if (ready) {
            // Who knows what has happened to it since: it counts as proven when it is proven again.
            mark(planned, staging, DatabaseMark.STAGING, clock);
            return new RestoreRun.Staged(planned, staging, sql.serverVersion(), warnings, true);
        }
        drop(planned, staging);
        create(sql, staging, manifest.properties(), planned.request().options());
        mark(planned, staging, DatabaseMark.STAGING, clock);
        warnings.addAll(new ApplyProperties(sql).settings(staging, manifest.properties()));
        empty(planned, staging, manifest);
        return new RestoreRun.Staged(planned, staging, sql.serverVersion(), warnings, false);
    }

    /** Marks the staging database. */
    static void mark(RestoreRun.Planned planned, DatabaseName staging, String role, Clock clock) {
        Sql sql = planned.maintenance().sql();
        DatabaseMark mark = new DatabaseMark(
                staging,
                sql.number("SELECT oid::bigint FROM pg_database WHERE datname = ?", staging.text()),
                role,
                clock.instant(),
                planned.backup().manifest().id().text(),
                planned.request().database(),
                null);
        sql.run(mark.statement());
        mark.sign(sql);
    }

    /** What a proven staging database is marked with: only a restore of the same kind may take it. */
    static String proven(RestoreRequest request) {
        String kind = request.type().text() + request.options().arguments();
        return DatabaseMark.PROVEN + String.format(Locale.ROOT, "%08x", kind.hashCode());
    }

    /** Whether the staging database of this backup is there, loaded and proven by a restore that failed at the swap. */
    static boolean ready(Sql sql, RestoreRequest request, Manifest manifest) {
        return DatabaseMark.of(sql, proven(request), request.database()).stream()
                .anyMatch(mark -> mark.backup().equals(manifest.id().text())
                        && mark.marked().equals(staging(request.database(), manifest)));
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
    private static void sweep(RestoreRun.Planned planned, @Nullable DatabaseName proven) {
        DatabaseMark.staging(planned.maintenance().sql(), planned.request().database()).stream()
                .filter(mark -> !mark.marked().equals(proven))
                .forEach(mark -> drop(planned, mark.marked()));
    }

    private static void leave(RestoreRun.Planned planned, DatabaseName staging) {
        if (planned.operation().undecided()) {
            // It may be the live one by now, or about to be.
            return;
        }
        if (!planned.request().options().keepStaging()) {
            dropUnlessProven(planned, staging);
        } else if (planned.operation().committed() == null) {
            planned.operation()
                    .events()
                    .accept(new OperationEvent.Warned("kept as it is: " + staging + "; the next restore of "
                            + planned.request().database() + " drops it"));
        }
    }

    private static void dropUnlessProven(RestoreRun.Planned planned, DatabaseName staging) {
        // The maintenance session may be the very thing that broke.
        try (MaintenanceSession session =
                MaintenanceSession.open(planned.request().target(), planned.operation())) {
            // Cancelled while the server makes the database, it would be there a moment after it was looked for.
            session.endOthers(planned.operation());
            if (!ready(session.sql(), planned.request(), planned.backup().manifest())) {
                new DropDatabase(session, planned.request().target(), planned.operation()).staging(staging);
                return;
            }
        }
        planned.operation()
                .events()
                .accept(new OperationEvent.Warned("kept, for it is proven and was only not swapped in: " + staging
                        + "; the next restore of the same backup takes it, and that of another one drops it"));
    }

    private static void drop(RestoreRun.Planned planned, DatabaseName staging) {
        try (MaintenanceSession session =
                MaintenanceSession.open(planned.request().target(), planned.operation())) {
            new DropDatabase(session, planned.request().target(), planned.operation()).staging(staging);
        }
    }
}
