package io.agentflow.dr.app;

import io.agentflow.dr.backup.CheckBackup;
import io.agentflow.dr.backup.DumpTools;
import io.agentflow.dr.backup.LeaveOutCritical;
import io.agentflow.dr.backup.OpenBackup;
import io.agentflow.dr.backup.PublishBackup;
import io.agentflow.dr.backup.ReadBackBackup;
import io.agentflow.dr.backup.SealBackup;
import io.agentflow.dr.backup.TakeProof;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.critical.CommitTables;
import io.agentflow.dr.critical.FetchTables;
import io.agentflow.dr.critical.FillTables;
import io.agentflow.dr.critical.OpenTables;
import io.agentflow.dr.critical.ProveTables;
import io.agentflow.dr.critical.RecreateTables;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.restore.CreateRoles;
import io.agentflow.dr.restore.CreateTablespaces;
import io.agentflow.dr.restore.FetchBackup;
import io.agentflow.dr.restore.LoadArchive;
import io.agentflow.dr.restore.PlanRestore;
import io.agentflow.dr.restore.PrepareStaging;
import io.agentflow.dr.restore.ProveRestore;
import io.agentflow.dr.restore.SwapDatabases;
import io.agentflow.dr.restore.UndoRestore;
import io.agentflow.dr.route.AnnounceRetry;
import io.agentflow.dr.route.ArtifactSteps;
import io.agentflow.dr.route.BackupFacts;
import io.agentflow.dr.route.BackupParts;
import io.agentflow.dr.route.DeadLetters;
import io.agentflow.dr.route.LoadSteps;
import io.agentflow.dr.route.SftpFiles;
import io.agentflow.dr.route.SizedBody;
import io.agentflow.dr.route.ToolBinding;
import io.agentflow.dr.route.ToolExecutor;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.verify.ArchiveCheck;
import io.agentflow.dr.verify.Decryption;
import io.agentflow.dr.verify.RecordEvidence;
import io.agentflow.dr.verify.VerifyBackup;
import io.agentflow.dr.verify.VerifyPublished;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/** Builds every bean that the routes name. */
final class RouteBeans {
    private RouteBeans() {}

    private static Thread branch(Runnable work) {
        Thread thread = new Thread(work, "backup-branch");
        thread.setDaemon(true);
        return thread;
    }

    static Map<String, Object> of(
            Programs programs,
            PgTools tools,
            Clock clock,
            RandomGenerator random,
            DeadLetters deadLetters,
            Decryption decryption,
            Signatures signatures,
            KnownStores places,
            OperationEvents events) {
        VerifyBackup verify = new VerifyBackup(new ArchiveCheck(programs, tools), decryption, signatures, events);
        RecordEvidence evidence = new RecordEvidence(clock);
        Map<String, Object> beans = new LinkedHashMap<>();
        beans.put("pgTool", new ToolExecutor(programs));
        beans.put("pgToolBinding", new ToolBinding());
        beans.put("artifact", new ArtifactSteps());
        beans.put("deadLetters", deadLetters);
        beans.put("announceRetry", new AnnounceRetry());
        beans.put("backupFacts", new BackupFacts());
        beans.put("sftpFiles", new SftpFiles());
        beans.put("sizedBody", new SizedBody());
        beans.put("checkBackup", new CheckBackup(tools, signatures, places));
        beans.put("openBackup", new OpenBackup(clock, random));
        beans.put("dumpTools", new DumpTools());
        beans.put("leaveOutCritical", new LeaveOutCritical());
        beans.put("takeProof", new TakeProof());
        beans.put("backupParts", new BackupParts());
        // Camel's own pool has ten threads: the branches of a third backup would wait while its snapshot is held.
        beans.put("backupBranches", Executors.newCachedThreadPool(RouteBeans::branch));
        beans.put("sealBackup", new SealBackup(clock, AfMain.VERSION, signatures));
        beans.put("readBackBackup", new ReadBackBackup(verify));
        beans.put("publishBackup", new PublishBackup(evidence));
        beans.put("verifyPublished", new VerifyPublished(verify, evidence));
        beans.put("fetchBackup", new FetchBackup(verify, evidence));
        beans.put("planRestore", new PlanRestore(tools, verify));
        beans.put("createRoles", new CreateRoles());
        beans.put("createTablespaces", new CreateTablespaces());
        beans.put("prepareStaging", new PrepareStaging(clock));
        beans.put("loadSteps", new LoadSteps(new LoadArchive(programs, tools)));
        beans.put("proveRestore", new ProveRestore(evidence));
        beans.put("swapDatabases", new SwapDatabases(clock));
        beans.put("undoRestore", new UndoRestore(clock));
        FetchTables fetchTables = new FetchTables(programs, tools, verify);
        beans.put("fetchTables", fetchTables);
        beans.put("openTables", new OpenTables(fetchTables));
        beans.put("recreateTables", new RecreateTables(programs, tools));
        beans.put("fillTables", new FillTables(programs, tools));
        beans.put("proveTables", new ProveTables());
        beans.put("commitTables", new CommitTables(clock));
        return beans;
    }
}
