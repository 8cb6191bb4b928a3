package io.agentflow.dr.app;

import io.agentflow.dr.backup.BackupRun;
import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.critical.CriticalRun;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.request.OperationRequest;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.restore.RestoreOptions;
import io.agentflow.dr.restore.RestorePlan;
import io.agentflow.dr.restore.RestoreRequest;
import io.agentflow.dr.restore.RestoreRun;
import io.agentflow.dr.restore.RestoreType;
import io.agentflow.dr.restore.TableChoice;
import io.agentflow.dr.verify.VerifyReport;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Does what a request asks for, by the same operations as commands and schedules. */
final class RequestActs {
    private final ScheduledWork work;
    private final Map<String, Operations.Served> served;
    private final Duration stall;
    private final Clock clock;

    /** @param served by their configured name */
    RequestActs(ScheduledWork work, Map<String, Operations.Served> served, Duration stall, Clock clock) {
        this.work = work;
        this.served = served;
        this.stall = stall;
        this.clock = clock;
    }

    /**
     * Does it now; it is this database's turn.
     *
     * @param by the operations, as whoever signed the request has them
     * @param target the database that is worked on
     * @throws io.agentflow.dr.core.AfException if it failed
     */
    RequestResult act(OperationRequest request, Operations by, Operations.Served target, DatabaseState state) {
        return switch (request.verb()) {
            case BACKUP -> backup(request, work.backUp(by, target, state));
            case VERIFY -> verify(request, work.verify(by, target, state, backupId(request)));
            case RESTORE -> restore(request, by, target, work.events(state.name()));
        };
    }

    private RequestResult backup(OperationRequest request, BackupRun.Published made) {
        return RequestResult.done(request, clock.instant(), "the backup is published and verified", made.warnings())
                .with("backup", made.manifest().id().text())
                .with("bytes", made.manifest().summary().bytes());
    }

    private RequestResult verify(OperationRequest request, VerifyReport report) {
        report.require();
        return RequestResult.done(request, clock.instant(), "the backup is whole", report.warnings())
                .with("backup", report.id().text())
                .with("bytes", report.bytes());
    }

    /** The backup that is meant. Several databases may share a store: one of another database is not to be had. */
    private BackupId backupId(OperationRequest request) {
        Operations.Served source = source(request);
        DatabaseName of = source.request().url().database();
        BackupCatalog catalog = new BackupCatalog(source.request().store());
        BackupId id = catalog.select(request.selector(), of);
        if (!catalog.manifest(id).database().equals(of.text())) {
            throw new Refused("backup " + id + " is not one of " + request.database(), "Name one of that database.");
        }
        return id;
    }

    private Operations.Served source(OperationRequest request) {
        Operations.Served source = served.get(request.database());
        if (source == null) {
            throw new Refused(
                    "the database '" + request.database() + "' is no longer configured",
                    "Configure it: af.database." + request.database() + ".url");
        }
        return source;
    }

    private RequestResult restore(
            OperationRequest request, Operations by, Operations.Served target, OperationEvents events) {
        boolean inPlace = target.database().restoreByMessage();
        DatabaseUrl live = target.request().url();
        RestoreRequest restore = new RestoreRequest(
                source(request).request().store(),
                backupId(request),
                RestoreType.parse(request.restoreType()),
                inPlace ? live : live.database(newName(live.database(), request)),
                RestoreOptions.EXACT,
                TableChoice.CRITICAL,
                target.database().jobs(),
                stall,
                "");
        RestorePlan plan = by.preview(restore, events);
        plan.require();
        if (!inPlace && plan.replaces()) {
            throw new Refused(
                    "the database " + restore.database() + " is there already",
                    "Drop it, or send the request with another id.");
        }
        return restore.type() == RestoreType.CRITICAL
                ? tables(request, by.restoreTables(restore, events))
                : database(request, by.restore(restore, events));
    }

    /** Another one for each request, and the same one however often it is asked. */
    static DatabaseName newName(DatabaseName live, OperationRequest request) {
        String digest =
                Sha256.of(request.id().getBytes(StandardCharsets.UTF_8)).hex().substring(0, 8);
        return live.with("_restored_" + digest);
    }

    private RequestResult database(OperationRequest request, RestoreRun.Swapped swapped) {
        DatabaseName previous = swapped.previous();
        return RequestResult.done(
                        request,
                        clock.instant(),
                        "restored into " + swapped.request().database() + ": "
                                + String.join(", ", swapped.proof().checks()),
                        swapped.warnings())
                .with("backup", swapped.request().id().text())
                .with("restoredInto", swapped.request().database().text())
                .with("previousDatabase", previous == null ? null : previous.text())
                // Into a new database nothing was away.
                .with(
                        "downtimeMillis",
                        previous == null ? null : swapped.downtime().toMillis());
    }

    private RequestResult tables(OperationRequest request, CriticalRun.Committed committed) {
        String tables = committed.tables().stream()
                .map(table -> table.schema() + "." + table.name() + " "
                        + table.action().text())
                .collect(Collectors.joining(", "));
        return RequestResult.done(request, clock.instant(), tables, committed.warnings())
                .with("backup", committed.request().id().text())
                .with("restoredInto", committed.request().database().text());
    }
}
