package io.agentflow.dr.backup;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Early;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.Overtaken;
import io.agentflow.dr.manifest.Manifest.Critical;
import io.agentflow.dr.manifest.Manifest.Footprint;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.ExportedSnapshot;
import io.agentflow.dr.postgres.ExtensionTable;
import io.agentflow.dr.postgres.PrivilegedObjects;
import io.agentflow.dr.postgres.Relation;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NewBackup;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.random.RandomGenerator;

/** Takes the lock, the folder and the snapshot that a backup needs, and reads what the snapshot holds. */
public final class OpenBackup {
    private static final int MOST_SNAPSHOTS = 5;

    private final Clock clock;
    private final RandomGenerator random;

    public OpenBackup(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    public BackupRun.Open open(BackupRun.Checked checked) {
        Operation operation = checked.operation();
        BackupRequest request = checked.request();
        BackupStore store = request.store();
        operation.hold(store.building());
        BackupId id = store.newId(clock.instant(), random);
        NewBackup partial = operation.hold(store.begin(id));
        operation.hold(operation::awaitIdle);
        Held held = hold(checked, MOST_SNAPSHOTS);
        ExportedSnapshot snapshot = held.snapshot();
        SnapshotContents contents = held.contents();
        operation.events().accept(new OperationEvent.Noted("snapshot", snapshot.id() + "   LSN " + snapshot.lsn()));
        List<String> warnings = new ArrayList<>(clock(store, id));
        String absent = String.join(", ", contents.critical().missing());
        if (request.criticalRequired() && !absent.isEmpty()) {
            warnings.add("critical tables not in this database: " + absent);
        } else if (!absent.isEmpty() && !contents.critical().found().isEmpty()) {
            operation.events().accept(new OperationEvent.Noted("critical", "not in this database: " + absent));
        }
        if (request.rolePasswords() && !contents.passwordsReadable()) {
            warnings.add("this role may not see the password hashes of roles: the globals are without them");
        }
        warnings.addAll(new FindUnseen(snapshot.sql()).warnings());
        leftOut(contents, warnings);
        new DatabaseCatalog(snapshot.sql())
                .invalidIndexes()
                .forEach(index -> warnings.add("the index " + index
                        + " is invalid and is not in the backup: REINDEX INDEX CONCURRENTLY " + index + ";"));
        BackupRun.Open open = new BackupRun.Open(
                operation,
                request,
                checked.server(),
                checked.tools(),
                id,
                partial,
                snapshot,
                contents,
                warnings,
                operation.hold(DumpProgress.watch(operation, request, partial.folder(), contents)));
        // Whatever is still to be asked in this session is answered at once, if at all.
        snapshot.sql().answersWithin(request.stall());
        Early.begin("prepare-manifest", ManifestJson::prepare);
        return open;
    }

    /** Rows that somebody may miss. */
    private static void leftOut(SnapshotContents contents, List<String> warnings) {
        contents.relations().stream()
                .filter(r -> r.kind() == Relation.Kind.UNLOGGED_ON_STANDBY)
                .forEach(r -> warnings.add("the rows of " + r.qualifiedName()
                        + " are not in the backup: it is unlogged, and a standby has none of them"));
        contents.extensionTables().stream()
                .filter(ExtensionTable::filled)
                .forEach(t -> warnings.add("the rows of " + t.qualifiedName()
                        + " are not in the backup: it belongs to the extension " + t.extension()
                        + " (ALTER EXTENSION … DROP TABLE … takes it out)"));
    }

    /** A snapshot whose tables cannot be emptied or dropped any more, and what it holds. */
    private record Held(ExportedSnapshot snapshot, SnapshotContents contents) {}

    /** A table may be changed between the snapshot and the lock: then another snapshot is taken, which comes after that. */
    private static Held hold(BackupRun.Checked checked, int tries) {
        ExportedSnapshot snapshot = ExportedSnapshot.export(checked.session());
        try {
            List<Relation> relations = new DatabaseCatalog(snapshot.sql()).relations();
            // At once: all else takes long to read, and whatever is emptied before the lock costs the snapshot.
            snapshot.lock(relations);
            return new Held(snapshot, contents(snapshot.sql(), checked.request(), relations));
        } catch (Overtaken e) {
            if (tries == 1) {
                throw e;
            }
            checked.session().run("ROLLBACK");
            return hold(checked, tries - 1);
        }
    }

    /** Ids sort by time: a clock that was put back makes the newest backup look older than others. */
    private static List<String> clock(BackupStore store, BackupId id) {
        return store.ids().stream()
                .limit(1)
                .filter(newest -> newest.compareTo(id) > 0)
                .map(newest -> "this machine's clock is behind the newest backup " + newest
                        + ": 'latest' will not be the one that is made now")
                .toList();
    }

    private static SnapshotContents contents(Sql sql, BackupRequest request, List<Relation> relations) {
        DatabaseCatalog catalog = new DatabaseCatalog(sql);
        List<String> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<Relation> critical = new ArrayList<>();
        SortedMap<String, Long> objects = catalog.objects();
        if (!sql.yes("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
            objects.remove(PrivilegedObjects.SUBSCRIPTIONS);
        }
        for (String name : request.criticalTables()) {
            List<Relation> named = catalog.withPartitions(name, relations);
            critical.addAll(named);
            (named.isEmpty() ? missing : found).add(name);
        }
        return new SnapshotContents(
                relations,
                ExtensionTable.in(sql),
                catalog.sequences(),
                catalog.largeObjects(),
                objects,
                catalog.properties(),
                catalog.needs(),
                critical.stream().distinct().toList(),
                new Critical(found, missing),
                sql.number("SELECT oid::bigint FROM pg_database WHERE datname = current_database()"),
                systemIdentifier(sql),
                new Footprint(sql.number("SELECT pg_database_size(current_database())"), catalog.owned()),
                sql.yes("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')"));
    }

    @org.jspecify.annotations.Nullable
    private static String systemIdentifier(Sql sql) {
        return sql.yes("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')")
                ? sql.text("SELECT system_identifier::text FROM pg_control_system()")
                : null;
    }
}
