package io.agentflow.dr.cli;

import io.agentflow.dr.backup.BackupRequest;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.config.DatabaseKey;
import io.agentflow.dr.config.LibpqEnvironment;
import io.agentflow.dr.config.ServedDatabase;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NamedStore;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    /** Its mistakes are told together with those of the databases. */
    @Override
    AfConfig configuration(@Nullable Path file, Map<String, String> environment) {
        return AfConfig.read(file, environment);
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        List<String> wrong = new ArrayList<>(config.problems());
        boolean readable = wrong.isEmpty();
        wrong.addAll(operations(config).problemsOfRequests(config.databaseNames()));
        wrong.addAll(operations(config).problemsOfRoutes());
        List<Operations.Served> served = readable ? served(config, wrong) : List.of();
        DatabaseUrl cluster = cluster(config, served, wrong);
        if (!wrong.isEmpty()) {
            throw new UsageError(String.join("\n  ", wrong), "Mend the configuration; nothing was started.");
        }
        operations(config)
                .serve(
                        served,
                        cluster,
                        line -> terminal()
                                .say(session().clock().instant().truncatedTo(ChronoUnit.SECONDS) + " " + line));
        return ExitCode.OK;
    }

    private List<Operations.Served> served(AfConfig config, List<String> wrong) {
        List<Operations.Served> served = new ArrayList<>();
        Map<String, String> places = new HashMap<>();
        for (ServedDatabase database : config.databases()) {
            try {
                BackupRequest request = request(database, config);
                served.add(new Operations.Served(database, request));
                requireOwnStores(database, request, places, wrong);
            } catch (AfException e) {
                wrong.add(DatabaseKey.URL.of(database) + ": " + e.fact());
            }
        }
        if (served.isEmpty() && wrong.isEmpty()) {
            wrong.add("no database is configured: name each one by af.database.<name>.url");
        }
        return served;
    }

    /** Which backup is whose is told by the database's name alone. */
    private static void requireOwnStores(
            ServedDatabase database, BackupRequest request, Map<String, String> places, List<String> wrong) {
        Stream.concat(Stream.of(request.store()), request.followers().stream().map(NamedStore::store))
                .forEach(store -> {
                    String other = places.putIfAbsent(
                            store.place() + " " + request.url().database(), database.name());
                    if (other != null) {
                        wrong.add(DatabaseKey.STORES.of(database) + " is that of af.database." + other
                                + ", whose database has the same name: give one of them its own");
                    }
                });
    }

    /** Where several services keep their schedules, if they do. */
    private @Nullable DatabaseUrl cluster(AfConfig config, List<Operations.Served> served, List<String> wrong) {
        if (!config.given(ConfigKey.CLUSTER_DATABASE_URL)) {
            return null;
        }
        try {
            DatabaseUrl cluster = complete(config.text(ConfigKey.CLUSTER_DATABASE_URL));
            for (Operations.Served one : served) {
                DatabaseUrl url = one.request().url();
                if (url.address().equals(cluster.address()) && url.database().equals(cluster.database())) {
                    wrong.add(ConfigKey.CLUSTER_DATABASE_URL.key() + " is the database of af.database."
                            + one.database().name() + ": a restore of it would turn the schedules back, too");
                }
            }
            return cluster;
        } catch (AfException e) {
            wrong.add(ConfigKey.CLUSTER_DATABASE_URL.key() + ": " + e.fact());
            return null;
        }
    }

    private DatabaseUrl complete(String url) {
        return LibpqEnvironment.complete(DatabaseUrl.parse(url), session().environment());
    }

    private BackupRequest request(ServedDatabase database, AfConfig config) {
        BackupStore target = opened(database.primary(), config);
        return new BackupRequest(
                target,
                complete(database.url()),
                database.jobs(),
                config.text(ConfigKey.COMPRESSION_LEVEL),
                database.criticalTables(),
                false,
                config.proof(),
                false,
                config.time(ConfigKey.STALL_TIMEOUT),
                config.time(ConfigKey.LOCK_TIMEOUT),
                staging(target, false, config),
                config.recipients(),
                database.keptIn().stream()
                        .skip(1)
                        .map(in -> new NamedStore(in.store().name(), opened(in.store(), config)))
                        .toList());
    }
}
