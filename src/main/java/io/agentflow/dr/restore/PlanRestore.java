package io.agentflow.dr.restore;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.manifest.Component;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.store.BackupFiles;
import io.agentflow.dr.verify.ArchiveCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compares what the backup needs with what the target has, before anything is touched. */
public final class PlanRestore {
    private final PgTools tools;

    public PlanRestore(PgTools tools) {
        this.tools = tools;
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

    /** Only looks: what would a restore of this manifest meet? */
    public RestorePlan preview(Operation operation, RestoreRequest request, Manifest manifest) {
        try (MaintenanceSession session = MaintenanceSession.open(request.target(), operation)) {
            BackupFiles files = operation.hold(request.store().files(request.id()));
            for (Component component : manifest.components()) {
                if (component.kind() == ComponentKind.GLOBALS) {
                    files.bring(component.files().get(0).path().text());
                }
            }
            return look(session.sql(), request, manifest, files.folder());
        } catch (IOException e) {
            throw new VerificationFailed(
                    "the globals of " + request.id() + " cannot be read: " + e.getMessage(),
                    "Take another backup from: af backup list "
                            + request.store().argument(),
                    e);
        }
    }

    private RestorePlan look(Sql sql, RestoreRequest request, Manifest manifest, Path folder) {
        Globals globals = Globals.of(folder, manifest);
        List<Finding> findings = new ArrayList<>();
        findings.addAll(new CheckServer(sql, manifest, request.options()).findings());
        findings.addAll(reading(manifest));
        findings.addAll(new CheckRoles(sql, manifest, request.options(), globals).findings());
        findings.addAll(new CheckRights(sql, manifest, request.options()).findings());
        findings.addAll(new CheckExtensions(sql, manifest).findings());
        findings.addAll(new CheckTablespaces(sql, manifest, request.options(), globals).findings());
        findings.addAll(new CheckLocale(sql, manifest).findings());
        CheckTarget target = new CheckTarget(sql, request, manifest);
        findings.addAll(target.findings());
        findings.addAll(new CheckSpace(sql, request, manifest).findings());
        return target.plan(List.copyOf(findings));
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
