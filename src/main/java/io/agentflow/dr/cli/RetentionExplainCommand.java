package io.agentflow.dr.cli;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.retention.Decision;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.store.BackupStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code af retention explain}. */
@Command(
        name = "explain",
        description = "Explain why a backup is kept, or why it expires: every reason, each on a line of its own.")
final class RetentionExplainCommand extends AfCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID",
            description = "A backup's id or an unambiguous part of it (default: all of them).")
    @Nullable
    String selector;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory of the backups (default: ./backups).")
    @Nullable
    String store;

    RetentionExplainCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RetentionExplain";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        BackupStore directory = presentStore(store, config);
        String only = selector == null
                ? null
                : select(new BackupCatalog(directory), selector, config).text();
        RetentionPlan plan = retention(directory, null, config);
        if (json) {
            terminal()
                    .data(new RetentionOutput(plan.only(only)).document(kind()).toString());
        } else {
            lines(plan.only(only)).forEach(terminal()::data);
        }
        return ExitCode.OK;
    }

    private static List<String> lines(RetentionPlan plan) {
        List<String> lines = new ArrayList<>();
        plan.databases().forEach(database -> {
            lines.add(RetentionOutput.head(database));
            database.decided().decisions().forEach(one -> lines(lines, one));
        });
        plan.doubtful().forEach(one -> {
            lines.add(one.id() + " is kept");
            lines.add("  no policy is asked about it: " + one.why());
        });
        return lines;
    }

    private static void lines(List<String> lines, Decision one) {
        lines.add(one.backup().id() + ", taken " + one.backup().at() + (one.expires() ? ", expires" : " is kept"));
        one.kept().forEach(why -> lines.add("  " + why.text()));
        if (!one.expiry().isEmpty()) {
            lines.add((one.expires() ? "  " : "  without that it would expire: ") + one.expiry());
        }
    }
}
