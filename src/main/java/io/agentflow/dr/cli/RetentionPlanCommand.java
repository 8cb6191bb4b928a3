package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.retention.RetentionPlan;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af retention plan}. */
@Command(name = "plan", description = "Show which backups would expire, which are kept, and why; changes nothing.")
final class RetentionPlanCommand extends AfCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory of the backups (default: ./backups).")
    @Nullable
    String store;

    @Option(names = "--database", paramLabel = "NAME", description = "Only backups of this database.")
    @Nullable
    String database;

    RetentionPlanCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RetentionPlan";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        RetentionPlan plan = retention(presentStore(store, config), database, config);
        RetentionOutput output = new RetentionOutput(plan);
        if (json) {
            terminal().data(output.document(kind()).toString());
        } else {
            output.lines(terminal(), session().clock().instant()).forEach(terminal()::data);
            output.warn(terminal());
            terminal().say(output.summary());
            if (!plan.expiring().isEmpty()) {
                terminal()
                        .say("  exactly this is applied by:  af retention apply"
                                + (named(store) == null ? " " + ShellWord.of(plan.store()) : storeAsTyped(store))
                                + (database == null ? "" : " --database " + ShellWord.of(database)) + " --plan "
                                + plan.token());
            }
        }
        return output.code();
    }
}
