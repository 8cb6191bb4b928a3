package io.agentflow.dr.cli;

import io.agentflow.dr.auditchain.AuditReport;
import io.agentflow.dr.backup.BackupRequest;
import io.agentflow.dr.backup.BackupRun;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.copy.CopiedBackup;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.critical.CriticalRun;
import io.agentflow.dr.follow.CompareStores;
import io.agentflow.dr.follow.Follower;
import io.agentflow.dr.follow.SpareForFollowers;
import io.agentflow.dr.lint.Finding;
import io.agentflow.dr.lint.RouteFile;
import io.agentflow.dr.restore.DropPrevious;
import io.agentflow.dr.restore.RestorePlan;
import io.agentflow.dr.restore.RestoreRequest;
import io.agentflow.dr.restore.RestoreRun;
import io.agentflow.dr.restore.UndoRestore;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.StoreUri;
import io.agentflow.dr.verify.VerifyExtent;
import io.agentflow.dr.verify.VerifyReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the commands can have done. Every call fails with an {@link io.agentflow.dr.core.AfException} or a bug. */
public interface Operations {
    /**
     * Opens a store that is no directory. Speaks to nobody yet.
     *
     * @throws io.agentflow.dr.core.UsageError if it is of a kind that is not known, or its options are wrong
     */
    BackupStore open(StoreUri uri);

    /** Why a place is not the store that was seen there before; empty if it is, or nobody remembers one. */
    Optional<String> stranger(BackupStore store);

    BackupRun.Published create(BackupRequest request, OperationEvents events);

    VerifyReport verify(BackupStore store, BackupId id, VerifyExtent extent, OperationEvents events);

    /** Has a published backup in another store, too; sends what is not there yet. */
    CopiedBackup copy(BackupStore from, BackupId id, BackupStore to, OperationEvents events);

    /**
     * Has the followers of a store get a backup that it has published, and waits for them.
     *
     * @return those that did not get it; what stood in their way does not make the backup a failed one
     */
    List<LeftBehind> follow(BackupRequest request, BackupId id, OperationEvents events);

    /**
     * A store that did not get a backup.
     *
     * @param store how the configuration calls it
     * @param hint what mends that; may be empty
     */
    record LeftBehind(String store, String why, String hint) {}

    /** What a restore would meet; touches nothing. */
    RestorePlan preview(RestoreRequest request, OperationEvents events);

    RestoreRun.Swapped restore(RestoreRequest request, OperationEvents events);

    /** Brings single tables back into the live database. */
    CriticalRun.Committed restoreTables(RestoreRequest request, OperationEvents events);

    /**
     * Checks AgentFlow's audit chains in a live database.
     *
     * @param tenant whose chain alone is checked, or null for all
     * @param acceptContent whether content that does not fit its hash is a warning only
     * @throws io.agentflow.dr.core.NotFound if the database has no such table
     */
    AuditReport verifyAudits(DatabaseUrl url, @Nullable UUID tenant, boolean acceptContent);

    /**
     * A database that is looked after as a service.
     *
     * @param request what a backup of it is asked for
     */
    record Served(ServedDatabase database, BackupRequest request) {}

    /**
     * Looks after databases until a signal ends the process.
     *
     * @param cluster keeps the schedules of several services, of which one at a time fires; null for one service alone
     * @param say is told what happens, in lines for a log
     */
    void serve(List<Served> served, @Nullable DatabaseUrl cluster, Consumer<String> say);

    /**
     * Everything that is wrong with the keys that requests are signed with, by key of the configuration.
     *
     * @param databases the configured names
     */
    List<String> problemsOfRequests(Set<String> databases);

    /** What is wrong with the folders of routes that the configuration names. */
    List<String> problemsOfRoutes();

    /** The files of routes that af would load, those of the user in front of those that it came with. */
    List<RouteFile> routes();

    /** Everything that is wrong with them. */
    List<Finding> checkRoutes();

    /** The database that an undo would bring back. */
    UndoRestore.Kept undoable(DatabaseUrl target);

    UndoRestore.Undone undo(DatabaseUrl target, UndoRestore.Kept kept, OperationEvents events);

    /**
     * Does what only touches a store, and writes into the journal that it was done.
     *
     * @param verb such as delete
     * @param request what is asked for, without secrets
     */
    <T> T journaled(String verb, String request, OperationEvents events, Supplier<T> work);

    /**
     * Writes into the journal that somebody looks into a backup.
     *
     * @param verb such as show
     */
    void looked(String verb, String request, OperationEvents events);

    /**
     * Writes into the journal that something was asked for, and came to nothing before it began.
     *
     * @param request without secrets
     */
    void refused(String verb, String request, AfException why, OperationEvents events);

    /**
     * The same operations, asked for in another way.
     *
     * @param from what the journal says of where the wish came from, such as {@code schedule}
     * @param key id of the key that signed the request; null if none did
     * @param request id of the request that they are done for; empty if for none
     */
    Operations asked(String from, @Nullable String key, String request);

    /**
     * What becomes of the backups of a store; touches nothing.
     *
     * @param policies by the database's name, as PostgreSQL calls it
     * @param only the backups of this database, as PostgreSQL calls it; null for all
     * @param families the stores beside this one, by the same name
     */
    RetentionPlan planRetention(
            BackupStore store,
            @Nullable String only,
            Function<String, RetentionPolicy> policies,
            Function<String, SpareForFollowers.Family> families);

    /** Looks what a store lacks of the primary's backups. */
    CompareStores comparing(BackupStore primary, Follower follower);

    /**
     * Deletes what expires, oldest first, each with a record of its own in the journal.
     *
     * @param plan of this store
     */
    Expired expire(BackupStore store, RetentionPlan plan, OperationEvents events);

    /**
     * What a plan has come to.
     *
     * @param ids that are deleted
     * @param left that are not, and why
     */
    record Expired(List<BackupId> ids, Map<BackupId, String> left) {}

    /** The database that a drop would drop. */
    DropPrevious.Previous previous(DatabaseUrl target, @Nullable DatabaseName named);

    void drop(DatabaseUrl target, DropPrevious.Previous previous);
}
