package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.retention.Decision;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            description = "Directory, URI or name of the store of the backups (default: all configured ones).")
    @Nullable
    String store;

    @Mixin
    DatabaseOption database = new DatabaseOption();

    RetentionExplainCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "RetentionExplain";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        StoresMeant meant = stores(store, database.configured(config), config);
        DatabaseName of = database.name(config, session().environment());
        FoundCopies found = selector == null ? null : found(meant, selector, of);
        RetentionStores stores = new RetentionStores(terminal(), found == null ? meant.all() : found.stores());
        stores.each(one -> explain(one, found, of, stores.several(), config));
        if (json) {
            terminal().data(stores.document(kind()).toString());
        }
        ExitCode left = found == null
                ? ExitCode.OK
                : found.told(
                        terminal(),
                        ShellWord.af(List.of("retention", "explain", found.id().text())));
        return stores.failed() ? ExitCode.WARNINGS : left;
    }

    /** The latest is that of the primary; what is named is explained wherever it is. */
    private static FoundCopies found(StoresMeant meant, String selector, @Nullable DatabaseName of) {
        return StoresMeant.BY_TIME.contains(selector)
                ? new FoundCopies(List.of(meant.find(selector, of)), Map.of())
                : meant.findAll(selector);
    }

    private RetentionStores.Done explain(
            NamedStore at, @Nullable FoundCopies found, @Nullable DatabaseName of, boolean several, AfConfig config) {
        RetentionPlan plan = retention(at.store(), of == null ? null : of.text(), config)
                .only(found == null ? null : found.id().text());
        RetentionOutput output = new RetentionOutput(plan);
        if (!json) {
            if (several) {
                terminal().data("in " + at.name() + ":");
            }
            lines(plan).forEach(terminal()::data);
        }
        return new RetentionStores.Done(output.fields(), output.code());
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
