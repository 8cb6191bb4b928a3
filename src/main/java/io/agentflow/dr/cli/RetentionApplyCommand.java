package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NamedStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af retention apply}. */
@Command(name = "apply", description = "Delete the backups that expire, for good.")
final class RetentionApplyCommand extends AfCommand {
    private static final int SHORT = 4;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "STORE",
            description = "Directory, URI or name of the store of the backups (default: all configured ones).")
    @Nullable
    String store;

    @Mixin
    DatabaseOption database = new DatabaseOption();

    @Option(
            names = "--plan",
            paramLabel = "PLAN",
            description = "Only if this is still the plan, as af retention plan has named it.")
    @Nullable
    String seen;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    boolean yes;

    RetentionApplyCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RetentionApply";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        RetentionStores stores = new RetentionStores(
                terminal(), stores(store, database.configured(config), config).all());
        DatabaseName only = database.name(config, session().environment());
        if (seen != null && stores.several()) {
            throw new UsageError(
                    "a plan is of one store, and there are several",
                    "Name its store: --store NAME, as af retention plan has shown it.");
        }
        stores.each(one -> apply(one, only, stores.several(), config, events));
        if (json) {
            terminal().data(stores.document(kind()).toString());
        }
        return stores.code();
    }

    private RetentionStores.Done apply(
            NamedStore at, @Nullable DatabaseName only, boolean several, AfConfig config, OperationEvents events) {
        BackupStore directory = at.store();
        Operations operations = operations(config);
        RetentionPlan plan = retention(directory, only == null ? null : only.text(), config);
        RetentionOutput output = new RetentionOutput(plan);
        if (!json) {
            if (several) {
                terminal().data("in " + at.name() + ":");
            }
            output.lines(terminal(), session().clock().instant()).forEach(terminal()::data);
            output.warn(terminal());
        }
        before(operations, "expire", "retention of " + directory.name(), events, () -> confirm(plan, output));
        Operations.Expired expired = operations.expire(directory, plan, events);
        if (!json) {
            print(expired);
        }
        return new RetentionStores.Done(
                fields(output, expired), expired.left().isEmpty() ? output.code() : ExitCode.WARNINGS);
    }

    private void confirm(RetentionPlan plan, RetentionOutput output) {
        if (seen != null) {
            plan.require(seen);
        }
        if (plan.expiring().isEmpty()) {
            return;
        }
        if (seen == null) {
            plan.requireNoDoubt();
        }
        String token = plan.token();
        new Confirmation(terminal(), yes)
                .require(
                        "This deletes them for good: " + output.summary() + ", plan " + token + ".",
                        token.substring(0, SHORT),
                        "the first four characters of the plan");
    }

    private static Map<String, Object> fields(RetentionOutput output, Operations.Expired expired) {
        Map<String, Object> fields = output.fields();
        Map<String, Object> left = new LinkedHashMap<>();
        expired.left().forEach((id, why) -> left.put(id.text(), why));
        fields.put("expired", expired.ids().stream().map(BackupId::text).toList());
        fields.put("left", left);
        return fields;
    }

    private void print(Operations.Expired expired) {
        int gone = expired.ids().size();
        expired.left()
                .forEach((id, why) -> terminal().say(terminal().doubtful("! ") + id + " does not expire yet: " + why));
        terminal()
                .say(
                        gone == 0
                                ? "nothing was deleted"
                                : terminal().good("✓ ") + Count.of(gone, "backup") + (gone == 1 ? " is" : " are")
                                        + " deleted");
    }
}
