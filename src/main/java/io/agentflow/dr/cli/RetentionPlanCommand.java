package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.retention.RetentionPlan;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code af retention plan}. */
@Command(name = "plan", description = "Show which backups would expire, which are kept, and why; deletes nothing.")
final class RetentionPlanCommand extends AfCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory, URI or name of the store of the backups (default: all configured ones).")
    @Nullable
    String store;

    @Mixin
    DatabaseOption database = new DatabaseOption();

    RetentionPlanCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RetentionPlan";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        RetentionStores stores = new RetentionStores(
                terminal(), stores(store, database.configured(config), config).all());
        DatabaseName only = database.name(config, session().environment());
        stores.each(one -> {
            RetentionOutput output =
                    new RetentionOutput(retention(one.store(), only == null ? null : only.text(), config));
            if (!json) {
                print(output, stores.several() ? one.name() : null);
            }
            return new RetentionStores.Done(output.fields(), output.code());
        });
        if (json) {
            terminal().data(stores.document(kind()).toString());
        }
        return stores.code();
    }

    /** @param of the store that it is, where there are several */
    private void print(RetentionOutput output, @Nullable String of) {
        RetentionPlan plan = output.plan();
        if (of != null) {
            terminal().data("in " + of + ":");
        }
        output.lines(terminal(), session().clock().instant()).forEach(terminal()::data);
        output.warn(terminal());
        terminal().say(output.summary());
        if (!plan.expiring().isEmpty()) {
            terminal()
                    .say("  exactly this is applied by:  af retention apply" + again(plan, of)
                            + (database.given == null ? "" : " -d " + ShellWord.of(database.given)) + " --plan "
                            + plan.token());
        }
    }

    private String again(RetentionPlan plan, @Nullable String of) {
        if (of != null) {
            return " --store " + ShellWord.of(of);
        }
        return named(store) == null ? " " + ShellWord.of(plan.store()) : storeAsTyped(store);
    }
}
