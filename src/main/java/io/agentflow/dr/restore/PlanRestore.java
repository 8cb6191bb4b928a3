package io.agentflow.dr.restore;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.verify.ArchiveCheck;
import io.agentflow.dr.verify.Kept;
import io.agentflow.dr.verify.PartlyVerified;
import io.agentflow.dr.verify.VerifyBackup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compares what the backup needs with what the target has, before anything is touched. */
public final class PlanRestore {
    private final PgTools tools;
    private final VerifyBackup verify;

    public PlanRestore(PgTools tools, VerifyBackup verify) {
        this.tools = tools;
        this.verify = verify;
    }

    /**
     * Takes the target for this operation and makes sure that nothing stands in the way.
     *
     * @throws Refused if something does
     */
    public RestoreRun.Planned plan(RestoreRun.Fetched fetched) {
        Operation operation = fetched.operation();
        RestoreRequest request = fetched.request();
        MaintenanceSession session = operation.hold(MaintenanceSession.open(request.target(), operation));
        session.lock(request.database());
        RestorePlan plan = look(
                session.sql(),
                request,
                fetched.backup().manifest(),
                fetched.backup().folder());
        plan.require();
        return new RestoreRun.Planned(operation, request, fetched.backup(), session, plan);
    }

    /** Only looks: what would a restore of this backup meet? */
    public RestorePlan preview(Operation operation, RestoreRequest request, Manifest manifest) {
        List<Finding> room = room(request, manifest);
        try (MaintenanceSession session = MaintenanceSession.open(request.target(), operation);
                LocalBackup files = request.store().read(request.id())) {
            if (manifest.encrypted()) {
                try (PartlyVerified backup =
                        verify.begin(request.id(), files, Kept.in(request.store(), request.id()))) {
                    backup.fetch(Globals.files(backup.manifest()));
                    return look(session.sql(), request, backup.manifest(), backup.folder())
                            .after(room);
                }
            }
            files.fetch(Globals.files(manifest)::contains);
            return look(session.sql(), request, manifest, files.folder()).after(room);
        }
    }

    private List<Finding> room(RestoreRequest request, Manifest manifest) {
        return verify.room(manifest, request.store().remote()).lacking().stream()
                .map(lacking -> Finding.stop(
                        lacking.fact(), "all of it is read and compared before anything is touched", lacking.hint()))
                .toList();
    }

    private RestorePlan look(Sql sql, RestoreRequest request, Manifest manifest, Path folder) {
        Globals globals = Globals.of(folder, manifest, request.store().name());
        List<Finding> findings = new ArrayList<>();
        findings.addAll(new CheckServer(sql, manifest, request.options()).findings());
        findings.addAll(reading(manifest));
        findings.addAll(proving(manifest));
        findings.addAll(new CheckRoles(sql, manifest, request.options(), globals).findings());
        findings.addAll(new CheckRights(sql, manifest, request.options()).findings());
        findings.addAll(
                new CheckExtensions(sql, manifest, PrepareStaging.staging(request.database(), manifest)).findings());
        findings.addAll(new CheckTablespaces(sql, manifest, request.options(), globals).findings());
        findings.addAll(new CheckLocale(sql, manifest).findings());
        CheckTarget target = new CheckTarget(sql, request, manifest);
        findings.addAll(target.findings());
        findings.addAll(new CheckSpace(sql, request, manifest).findings());
        return target.plan(List.copyOf(findings));
    }

    private static List<Finding> proving(Manifest manifest) {
        try {
            ProveRestore.format(manifest);
            return List.of();
        } catch (IllegalArgumentException e) {
            return List.of(Finding.stop(
                    String.valueOf(e.getMessage()),
                    "what is restored could not be proven",
                    "Use the version of af that made the backup, or a newer one."));
        }
    }

    private List<Finding> reading(Manifest manifest) {
        try {
            tools.forReading(ArchiveCheck.dumpMajor(manifest));
            return List.of();
        } catch (Refused e) {
            return List.of(Finding.stop(e.fact(), "no other program reads the archive", e.hint()));
        }
    }
}
