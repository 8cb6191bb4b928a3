package io.agentflow.dr.critical;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.fingerprint.Fingerprint;
import io.agentflow.dr.postgres.ArchiveEntry;
import io.agentflow.dr.postgres.ArchivePreamble;
import io.agentflow.dr.restore.RestoreRequest;
import io.agentflow.dr.verify.PartlyVerified;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How far a critical restore has come. All of it but the last state is one transaction that can still be undone. */
public sealed interface CriticalRun {
    Operation operation();

    RestoreRequest request();

    /** The manifest and the table of contents are what was written; the chosen tables are known. */
    record Fetched(
            Operation operation,
            RestoreRequest request,
            PartlyVerified backup,
            ArchivePreamble preamble,
            List<ArchiveEntry> entries,
            List<ChosenTable> chosen)
            implements CriticalRun {}

    /**
     * The transaction is open and nothing stands in the way. The files that hold the rows were read and are what was
     * written.
     *
     * @param missing the tables that are made again, with their partitions, by their oids in the source
     * @param notes what the operator must be told at the end
     */
    record Opened(Fetched fetched, LiveTables live, Set<Long> missing, List<String> notes, EventTriggers eventTriggers)
            implements CriticalRun {
        @Override
        public Operation operation() {
            return fetched.operation();
        }

        @Override
        public RestoreRequest request() {
            return fetched.request();
        }

        /** Whether there is nothing to do at all. */
        boolean idle() {
            return missing.isEmpty() && !request().tables().replace();
        }
    }

    /** The missing tables are there again, empty. */
    record Recreated(Opened opened, Recreation recreation) implements CriticalRun {
        @Override
        public Operation operation() {
            return opened.operation();
        }

        @Override
        public RestoreRequest request() {
            return opened.request();
        }
    }

    /** They have their rows, and the tables that are replaced have the backup's. */
    record Filled(Recreated recreated, Map<ChosenTable, RowChanges> changes) implements CriticalRun {
        @Override
        public Operation operation() {
            return recreated.operation();
        }

        @Override
        public RestoreRequest request() {
            return recreated.request();
        }
    }

    /** Indexes, constraints, triggers, and the foreign keys of other tables are there again. */
    record Completed(Filled filled) implements CriticalRun {
        @Override
        public Operation operation() {
            return filled.operation();
        }

        @Override
        public RestoreRequest request() {
            return filled.request();
        }
    }

    /** The tables hold what the snapshot held, and no row of another table was changed. */
    record Proven(Completed completed, Map<ChosenTable, Fingerprint> proof) implements CriticalRun {
        @Override
        public Operation operation() {
            return completed.operation();
        }

        @Override
        public RestoreRequest request() {
            return completed.request();
        }
    }

    /** It is done, for good. */
    record Committed(
            Operation operation,
            RestoreRequest request,
            List<TableOutcome> tables,
            List<String> warnings,
            Duration took)
            implements CriticalRun {}
}
