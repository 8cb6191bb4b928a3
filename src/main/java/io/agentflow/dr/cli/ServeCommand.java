package io.agentflow.dr.cli;

import io.agentflow.dr.backup.BackupRequest;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.LibpqEnvironment;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.UsageError;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code af serve}. */
@Command(
        name = "serve",
        description = "Look after the databases of af.properties: schedules, health, metrics; until a signal ends it.")
final class ServeCommand extends AfCommand {
    ServeCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "Serve";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        List<Operations.Served> served = served(config);
        operations(config)
                .serve(
                        served,
                        line -> terminal()
                                .say(session().clock().instant().truncatedTo(ChronoUnit.SECONDS) + " " + line));
        return ExitCode.OK;
    }

    /** Everything that is wrong is said at once, by key. */
    private List<Operations.Served> served(AfConfig config) {
        List<Operations.Served> served = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (ServedDatabase database : databases(config, wrong)) {
            try {
                served.add(new Operations.Served(database, request(database, config)));
            } catch (AfException e) {
                wrong.add("af.database." + database.name() + ": " + e.fact());
            }
        }
        if (served.isEmpty() && wrong.isEmpty()) {
            wrong.add("no database is configured");
        }
        if (!wrong.isEmpty()) {
            throw new UsageError(
                    String.join("; ", wrong), "Name each database in af.properties: af.database.<name>.url");
        }
        return served;
    }

    private static List<ServedDatabase> databases(AfConfig config, List<String> wrong) {
        try {
            return config.databases();
        } catch (UsageError e) {
            wrong.add(e.fact());
            return List.of();
        }
    }

    private BackupRequest request(ServedDatabase database, AfConfig config) {
        DatabaseUrl url = LibpqEnvironment.complete(
                DatabaseUrl.parse(database.url()), session().environment());
        return new BackupRequest(
                store(database.store(), config),
                url,
                database.jobs(),
                config.text(ConfigKey.COMPRESSION_LEVEL),
                database.criticalTables(),
                false,
                config.proof(),
                false,
                config.time(ConfigKey.STALL_TIMEOUT),
                config.time(ConfigKey.LOCK_TIMEOUT));
    }
}
