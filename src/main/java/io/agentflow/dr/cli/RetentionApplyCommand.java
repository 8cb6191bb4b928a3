package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.store.BackupStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
            description = "Directory of the backups (default: ./backups).")
    @Nullable
    String store;

    @Option(names = "--database", paramLabel = "NAME", description = "Only backups of this database.")
    @Nullable
    String database;

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
        BackupStore directory = presentStore(store, config);
        Operations operations = operations(config);
        RetentionPlan plan = retention(directory, database, config);
        RetentionOutput output = new RetentionOutput(plan);
        if (!json) {
            output.lines(terminal(), session().clock().instant()).forEach(terminal()::data);
            output.warn(terminal());
        }
        before(operations, "expire", "retention of " + directory.name(), events, () -> confirm(plan, output));
        Operations.Expired expired = operations.expire(directory, plan, events);
        print(output, expired);
        return expired.left().isEmpty() ? output.code() : ExitCode.WARNINGS;
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

    private void print(RetentionOutput output, Operations.Expired expired) {
        List<String> ids = expired.ids().stream().map(BackupId::text).toList();
        if (json) {
            Map<String, Object> left = new LinkedHashMap<>();
            expired.left().forEach((id, why) -> left.put(id.text(), why));
            terminal()
                    .data(output.document(kind())
                            .with("expired", ids)
                            .with("left", left)
                            .toString());
            return;
        }
        expired.left()
                .forEach((id, why) -> terminal().say(terminal().doubtful("! ") + id + " does not expire yet: " + why));
        terminal()
                .say(
                        ids.isEmpty()
                                ? "nothing was deleted"
                                : terminal().good("✓ ") + Count.of(ids.size(), "backup")
                                        + (ids.size() == 1 ? " is" : " are") + " deleted");
    }
}
