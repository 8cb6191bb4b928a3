package io.agentflow.dr.backup;

import io.agentflow.dr.artifact.ExistingFolder;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.PgToolSet;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.postgres.ServerVersion;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The preflight: refuses what could only become a bad backup, before anything is written. */
public final class CheckBackup {
    private static final long MOST_LARGE_OBJECTS = 100_000;

    /** Dumps of real databases compress to between a tenth and a third of their tables. */
    private static final double COMPRESSED = 0.3;

    private final PgTools tools;
    private final Signatures signatures;
    private final KnownStores places;

    public CheckBackup(PgTools tools, Signatures signatures, KnownStores places) {
        this.tools = tools;
        this.signatures = signatures;
        this.places = places;
    }

    /**
     * Looks at the database and the store, and goes on only if nothing stands in the way.
     *
     * @throws io.agentflow.dr.core.AfException if the backup could not be made, or not be complete
     */
    public BackupRun.Checked check(BackupRun.Requested requested) {
        Operation operation = requested.operation();
        BackupRequest request = requested.request();
        operation.beginAttempt();
        if (request.staging().stream() && !request.store().remote()) {
            throw new UsageError(
                    "--stream into the directory " + request.store().name(),
                    "Leave out --stream: there the files stay where they are written.");
        }
        signatures.requireKey();
        requireSamePlace(request.store(), operation);
        Sql sql = operation.hold(requested.session().get());
        // To ask for a table's size waits for whoever has locked it.
        sql.run("SET lock_timeout = " + Math.max(1, request.lockTimeout().toMillis()));
        // Every statement here is short, but for the wait for a lock.
        sql.answersWithin(request.stall().plus(request.lockTimeout()));
        ServerVersion server = sql.serverVersion();
        operation.events().accept(new OperationEvent.Started(headline(request, server, sql)));
        requireSupported(server);
        PgToolSet fitting = tools.forDumping(server);
        requireCompression(request, fitting);
        requireRights(new DatabaseCatalog(sql));
        requireFewLargeObjects(new DatabaseCatalog(sql));
        requireSpace(request, sql);
        return new BackupRun.Checked(operation, request, server, fitting, sql);
    }

    /** A disk that is not mounted would be filled from below, and its followers would get nothing from there. */
    private void requireSamePlace(BackupStore store, Operation operation) {
        try {
            places.doubt(store).ifPresent(why -> operation.events().accept(new OperationEvent.Warned(why)));
        } catch (OperationFailed e) {
            // What cannot be remembered must not stand in the way of a backup.
            operation.events().accept(new OperationEvent.Warned(e.fact()));
        }
    }

    private static String headline(BackupRequest request, ServerVersion server, Sql sql) {
        ByteSize size = new ByteSize(sql.number("SELECT pg_database_size(current_database())"));
        return "Backing up " + request.url().database() + " (" + size + ", PostgreSQL " + server + ") at "
                + request.url().address() + " to " + request.store().name();
    }

    private static void requireSupported(ServerVersion server) {
        if (server.major() < ServerVersion.OLDEST_MAJOR) {
            throw new Refused(
                    "the server is PostgreSQL " + server + ", the oldest supported is " + ServerVersion.OLDEST_MAJOR,
                    "Use pg_dump of that version by hand, and upgrade.");
        }
    }

    private static void requireCompression(BackupRequest request, PgToolSet tools) {
        if (request.namesMethod() && tools.major() < 16) {
            throw new Refused(
                    "pg_dump " + tools.version() + " does not know --compression-level " + request.compression(),
                    "Use a level from 0 to 9, or install the client tools of PostgreSQL 16 or newer.");
        }
    }

    /** pg_dump makes a file of each, and the manifest names every file: one that cannot be read back is no manifest. */
    private static void requireFewLargeObjects(DatabaseCatalog catalog) {
        long count = catalog.largeObjects();
        if (count > MOST_LARGE_OBJECTS) {
            throw new Refused(
                    "the database has " + count + " large objects, a backup holds " + MOST_LARGE_OBJECTS + " at most",
                    "Remove those that nothing refers to (vacuumlo), or back this database up with pg_dump alone.");
        }
    }

    private static void requireRights(DatabaseCatalog catalog) {
        List<String> secured = catalog.rowSecured();
        if (!secured.isEmpty()) {
            throw new Refused(
                    "row-level security hides rows of " + some(secured) + " from this role",
                    "Use a superuser or a role with BYPASSRLS: a filtered dump is no backup.");
        }
        List<String> unreadable = catalog.unreadable();
        if (!unreadable.isEmpty()) {
            throw new Refused(
                    "this role may not read " + some(unreadable),
                    "Grant it pg_read_all_data (PostgreSQL 14 or newer), or use the owner or a superuser.");
        }
        List<String> largeObjects = catalog.unreadableLargeObjects();
        if (!largeObjects.isEmpty()) {
            throw new Refused(
                    "this role may not read the large objects " + some(largeObjects),
                    "GRANT SELECT ON LARGE OBJECT … to it, or use their owner or a superuser.");
        }
    }

    private static String some(List<String> names) {
        return names.size() <= 5
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, 5)) + " and " + (names.size() - 5) + " more";
    }

    /** When each file goes as soon as it is finished, so many of the largest must find room at once. */
    private static void requireSpace(BackupRequest request, Sql sql) {
        String many = request.staging().stream() ? String.valueOf(request.jobs()) : "ALL";
        long tables = sql.number("SELECT coalesce(sum(bytes), 0)::bigint FROM (SELECT pg_table_size(c.oid) AS bytes"
                + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
                + " AND (c.relname = 'pg_largeobject' OR n.nspname !~ '^pg_') ORDER BY 1 DESC LIMIT " + many + ") t");
        double factor = request.compression().equals("0") ? 1.1 : COMPRESSED;
        long needed = (long) (tables * factor);
        requireLimit(request, new ByteSize(needed));
        try {
            long free = Files.getFileStore(ExistingFolder.of(request.store().workspace()))
                    .getUsableSpace();
            if (free < needed) {
                throw new Refused(
                        "the backup needs about " + new ByteSize(needed) + ", "
                                + request.store().workspace() + " has " + new ByteSize(free) + " free",
                        "Free space there, or use another directory.");
            }
        } catch (IOException e) {
            throw new Refused(
                    "the free space of " + request.store().workspace() + " cannot be read: " + Reason.of(e),
                    "Use another directory.",
                    e);
        }
    }

    private static void requireLimit(BackupRequest request, ByteSize needed) {
        Staging staging = request.staging();
        staging.limit().filter(limit -> limit.bytes() < needed.bytes()).ifPresent(limit -> {
            throw new Refused(
                    "the backup needs about " + needed + " in "
                            + request.store().workspace() + ", the limit is " + limit,
                    staging.stream()
                            ? "Use fewer --jobs, or raise af.staging-limit-mib."
                            : "Use --stream, or raise af.staging-limit-mib.");
        });
    }
}
