package io.agentflow.dr.restore;

import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.ObjectCounts;
import io.agentflow.dr.postgres.PgCommand;
import io.agentflow.dr.postgres.ServerVersion;
import io.agentflow.dr.verify.VerifiedBackup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How far a restore has come. Each act takes the state before it: nothing is swapped in that was not proven. */
public sealed interface RestoreRun {
    Operation operation();

    RestoreRequest request();

    /** A restore is asked for. */
    record Requested(Operation operation, RestoreRequest request) implements RestoreRun {}

    /** Every byte of the backup was read and is what was written. */
    record Fetched(Operation operation, RestoreRequest request, VerifiedBackup backup) implements RestoreRun {}

    /** Nothing stands in the way; the target is ours until the operation ends. Nothing was touched yet. */
    record Planned(
            Operation operation,
            RestoreRequest request,
            VerifiedBackup backup,
            MaintenanceSession maintenance,
            RestorePlan plan)
            implements RestoreRun {}

    /**
     * The staging database is there with its settings, and empty.
     *
     * @param loaded whether it is not empty: an earlier restore has loaded and proven it, and could not swap it in
     */
    record Staged(Planned planned, DatabaseName staging, ServerVersion server, List<String> warnings, boolean loaded)
            implements RestoreRun {
        /** How af's own sessions reach the staging database: no trigger of the restored database fires for them. */
        DatabaseUrl url() {
            DatabaseUrl url = request().target().database(staging);
            String options = PgCommand.withoutEventTriggers(server, eventTriggers());
            return options.isEmpty() ? url : url.with("options", url.keywords().getOrDefault("options", "") + options);
        }

        boolean eventTriggers() {
            Map<String, Long> objects = planned.backup().manifest().objects();
            return objects.getOrDefault("event triggers", 0L)
                            + objects.getOrDefault(ObjectCounts.ofExtensions("event triggers"), 0L)
                    > 0;
        }

        @Override
        public Operation operation() {
            return planned.operation();
        }

        @Override
        public RestoreRequest request() {
            return planned.request();
        }
    }

    /**
     * The archive was loaded without an error that counts.
     *
     * @param unfilled materialised views whose query failed, for instance because a foreign server is away
     * @param indexesLeftOut how many could not be created, because their function relies on a search path
     */
    record Loaded(Staged staged, List<String> warnings, Set<TableEntry> unfilled, int indexesLeftOut)
            implements RestoreRun {
        @Override
        public Operation operation() {
            return staged.operation();
        }

        @Override
        public RestoreRequest request() {
            return staged.request();
        }
    }

    /** The staging database holds what the backup's snapshot held. */
    record Proven(Loaded loaded, Proof proof) implements RestoreRun {
        @Override
        public Operation operation() {
            return loaded.operation();
        }

        @Override
        public RestoreRequest request() {
            return loaded.request();
        }
    }

    /**
     * The restored database has its name.
     *
     * @param previous the name that the replaced one has now, or null when there was none
     */
    record Swapped(
            Operation operation,
            RestoreRequest request,
            Proof proof,
            @Nullable DatabaseName previous,
            Duration downtime,
            List<String> warnings)
            implements RestoreRun {}
}
