package io.agentflow.dr.app;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.journal.Attempt;
import io.agentflow.dr.journal.Journal;
import io.agentflow.dr.retention.Candidate;
import io.agentflow.dr.retention.DatabasePlan;
import io.agentflow.dr.retention.Decision;
import io.agentflow.dr.retention.ExpireBackup;
import io.agentflow.dr.retention.Failure;
import io.agentflow.dr.retention.PlanRetention;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.retention.Sparing;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.verify.CheckSignature;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The retention of one store; whether backups fail, the journal tells. */
final class Expiry {
    /** With the second it was published, and only a step after that failed. */
    private static final Set<ExitCode> GOOD = Set.of(ExitCode.OK, ExitCode.WARNINGS);

    /** Mistyped, or called off: that says nothing. */
    private static final Set<ExitCode> NO_ATTEMPT = Set.of(ExitCode.USAGE, ExitCode.CANCELLED);

    private final BackupCatalog catalog;
    private final CheckSignature signature;
    private final Path state;
    private final Clock clock;
    private final Operations operations;

    Expiry(BackupStore store, CheckSignature signature, Path state, Clock clock, Operations operations) {
        this.catalog = new BackupCatalog(store);
        this.signature = signature;
        this.state = state;
        this.clock = clock;
        this.operations = operations;
    }

    RetentionPlan plan(@Nullable String only, Function<String, RetentionPolicy> policies, Sparing sparing) {
        return new PlanRetention(catalog, signature, policies, this::failure, sparing).plan(only, clock.instant());
    }

    /** The last attempt to back a database up, if it failed. */
    private Optional<Failure> failure(String database) {
        // As DatabaseUrl.masked writes it: address, port, database.
        Pattern of = Pattern.compile("backup of .*:\\d+/" + Pattern.quote(database) + " to .*");
        try {
            return Journal.in(state)
                    .last("backup", one -> of.matcher(one.request()).matches() && !isOf(one, NO_ATTEMPT))
                    .filter(one -> !isOf(one, GOOD))
                    .map(one -> new Failure(
                            one.at(),
                            "the last attempt to back it up failed: " + one.outcome() + " (" + one.operation() + ")"));
        } catch (IOException e) {
            throw new OperationFailed(
                    "the journal cannot be read, so that nobody knows whether backups fail: " + Reason.of(e),
                    "Check af.state-dir and its rights.",
                    e);
        }
    }

    private static boolean isOf(Attempt one, Set<ExitCode> codes) {
        Integer code = one.exitCode();
        return code != null && codes.contains(ExitCode.of(code));
    }

    Operations.Expired apply(RetentionPlan plan, OperationEvents events) {
        List<BackupId> expired = new ArrayList<>();
        Map<BackupId, String> left = new LinkedHashMap<>();
        for (DatabasePlan database : plan.databases()) {
            Candidate newest = database.decided().newest();
            for (Decision one : database.expiring()) {
                BackupId id = one.backup().id();
                try {
                    expire(database, one, newest, plan.sparing(), events);
                    expired.add(id);
                } catch (AfException e) {
                    // The others may expire all the same; the next time this one will.
                    left.put(id, e.fact());
                }
            }
        }
        return new Operations.Expired(expired, left);
    }

    private void expire(
            DatabasePlan database, Decision one, @Nullable Candidate newest, Sparing sparing, OperationEvents events) {
        if (newest == null) {
            throw new IllegalStateException("nothing expires where nothing has verified");
        }
        BackupId id = one.backup().id();
        String request = "expiry of " + id + " of " + database.database() + " in "
                + catalog.store().name() + ": " + one.expiry();
        operations.journaled("expire", request, events, () -> {
            new ExpireBackup(catalog).expire(id, newest.id(), () -> sparing.requireExpendable(database.database(), id));
            return id;
        });
    }
}
