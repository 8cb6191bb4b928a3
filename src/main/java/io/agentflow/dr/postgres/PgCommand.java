package io.agentflow.dr.postgres;

import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Secret;
import io.agentflow.dr.process.ExternalProgram;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The command line of one of PostgreSQL's tools. The password goes by the environment; the database always by a
 * connection string, since libpq takes a bare name that holds {@code =} for one.
 */
public final class PgCommand {
    private final Path executable;
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<Secret> secrets = new ArrayList<>();
    private Duration silence = Duration.ofMinutes(10);
    private boolean yielding;

    private PgCommand(PgToolSet tools, String tool) {
        this.executable = tools.tool(tool);
    }

    /**
     * The structure alone, as a custom archive on stdout; compressed by us, so not by pg_dump.
     *
     * @param encoding the database's, so that nothing is converted
     */
    public static PgCommand dumpSchema(PgToolSet tools, DatabaseUrl url, String encoding, String snapshot) {
        return dump(tools, url, encoding, snapshot)
                .add("--format=custom", "--compress=0", "--schema-only")
                .yielding();
    }

    /** These tables with what belongs to them, as a custom archive on stdout. */
    public static PgCommand dumpTables(
            PgToolSet tools, DatabaseUrl url, String encoding, String snapshot, List<Relation> tables) {
        PgCommand command = dump(tools, url, encoding, snapshot)
                .add("--format=custom", "--compress=0")
                .yielding();
        tables.forEach(table -> command.add("--table=" + table.sqlName()));
        return command;
    }

    /**
     * Everything, as a directory archive.
     *
     * @param compression as {@code pg_dump --compress} takes it: a level, or method and level
     */
    public static PgCommand dumpAll(
            PgToolSet tools,
            DatabaseUrl url,
            String encoding,
            String snapshot,
            Path folder,
            int jobs,
            String compression) {
        return dump(tools, url, encoding, snapshot)
                .add(
                        "--format=directory",
                        "--file=" + folder,
                        "--jobs=" + jobs,
                        "--compress=" + compression,
                        "--verbose");
    }

    /** The tables are locked for the snapshot already: who stands in pg_dump's way waits for us, it need not wait for him. */
    private static PgCommand dump(PgToolSet tools, DatabaseUrl url, String encoding, String snapshot) {
        return new PgCommand(tools, "pg_dump")
                .dumping(url, encoding)
                .add("--snapshot=" + snapshot, "--lock-wait-timeout=2s");
    }

    /**
     * Whatever the role, the database or the user say: in a lesser encoding than the database's some rows cannot be dumped,
     * and without standard strings the server itself doubles the backslashes of every expression that it shows.
     */
    private PgCommand dumping(DatabaseUrl url, String encoding) {
        return connect(with(url, "-c standard_conforming_strings=on")).add("--encoding=" + encoding);
    }

    /** Not by PGOPTIONS: a connection string that holds options makes libpq forget it. */
    private static DatabaseUrl with(DatabaseUrl url, String options) {
        String given = url.keywords().getOrDefault("options", "");
        return url.with("options", (given + " " + options).strip());
    }

    /** Roles, memberships and tablespaces as SQL on stdout. */
    public static PgCommand dumpGlobals(PgToolSet tools, DatabaseUrl url, String encoding, boolean rolePasswords) {
        PgCommand command = new PgCommand(tools, "pg_dumpall")
                .dumping(url, encoding)
                .add("--globals-only")
                .yielding();
        String database = url.database().text();
        // pg_dumpall takes this name, too, for a connection string if it holds '='; without it, it tries postgres.
        if (!database.contains("=") && !database.contains("://")) {
            command.add("--database=" + database);
        }
        return rolePasswords ? command : command.add("--no-role-passwords");
    }

    /** The table of contents of an archive, as text on stdout. */
    public static PgCommand listArchive(PgToolSet tools, Path archive) {
        return new PgCommand(tools, "pg_restore").add("--list", archive.toString());
    }

    /**
     * Loads a directory archive into an empty database.
     *
     * @param entries a file that names the only entries to load, or null for all
     * @param server the target's: one that does not know a setting lets nobody in who names it
     * @param eventTriggers whether the archive brings event triggers, which must not fire for the load
     */
    public static PgCommand restoreAll(
            PgToolSet tools,
            DatabaseUrl url,
            Path archive,
            int jobs,
            @Nullable Path entries,
            ServerVersion server,
            boolean eventTriggers) {
        // The swap's own commit is synchronous and flushes everything before it.
        String options = "-c synchronous_commit=off -c statement_timeout=0 -c lock_timeout=0"
                + " -c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off"
                + (server.major() >= 14 ? " -c idle_session_timeout=0" : "")
                + (server.major() >= 17 ? " -c transaction_timeout=0" : "")
                + withoutEventTriggers(server, eventTriggers);
        PgCommand command = new PgCommand(tools, "pg_restore")
                .connect(with(url, options.strip()))
                .add("--jobs=" + jobs, "--verbose", archive.toString());
        if (entries != null) {
            command.add("--use-list=" + entries);
        }
        return command;
    }

    /** Collects the statistics of this table, on a server before 14. */
    public static PgCommand analyze(PgToolSet tools, DatabaseUrl url, String table) {
        PgCommand command =
                new PgCommand(tools, "psql").connect(url).add("--no-psqlrc", "--quiet", "--command=ANALYZE " + table);
        command.environment.put(
                "PGOPTIONS", "-c statement_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off");
        return command;
    }

    /**
     * Writes entries of an archive as SQL on stdout, each under a line that names it.
     *
     * @param entries a file that names them
     */
    public static PgCommand script(PgToolSet tools, Path archive, Path entries) {
        return new PgCommand(tools, "pg_restore")
                .add("--file=-", "--verbose", "--use-list=" + entries, archive.toString());
    }

    /** What a session must be told so that a login trigger of the restored database does not fire for it. */
    public static String withoutEventTriggers(ServerVersion server, boolean eventTriggers) {
        return eventTriggers && server.major() >= 17 ? " -c event_triggers=off" : "";
    }

    /** Adds further arguments as the tool knows them. */
    public PgCommand with(List<String> options) {
        arguments.addAll(options);
        return this;
    }

    private PgCommand connect(DatabaseUrl url) {
        DatabaseUrl alive = url.over(new DatabaseUrl(
                Map.of(
                        "keepalives_idle", "30",
                        "keepalives_interval", "10",
                        "keepalives_count", "6",
                        "connect_timeout", "10"),
                null));
        add("--dbname=" + alive.connectionString(), "--no-password");
        if (url.password() != null) {
            environment.put("PGPASSWORD", url.password().reveal());
            secrets.add(url.password());
        }
        return this;
    }

    private PgCommand add(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** The small dumps leave the processors to the dump of all data, which is what a backup waits for. */
    private PgCommand yielding() {
        this.yielding = true;
        return this;
    }

    /** Ends the tool when it shows no sign of life for so long. */
    public PgCommand silence(Duration limit) {
        this.silence = limit;
        return this;
    }

    public ExternalProgram program() {
        return new ExternalProgram(executable, arguments, environment, secrets, silence, yielding);
    }
}
