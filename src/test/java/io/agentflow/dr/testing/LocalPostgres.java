package io.agentflow.dr.testing;

import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.postgres.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A PostgreSQL cluster on a free loopback port, never run as root. {@link #shared()} is started once a run; tests make
 * databases in it. Passwords are demanded (SCRAM), so that a secret that goes missing shows.
 */
public final class LocalPostgres implements AutoCloseable {
    /** With everything that a password may hold and a shell, a URL or a connection string may trip over. */
    public static final String PASSWORD = "p'w\":@/\\%?#& ü";

    private static final class Shared {
        static final LocalPostgres CLUSTER = start();
    }

    private final Path folder;
    private final Path wal;
    private final Path bin;
    private final int port;

    private LocalPostgres(Path folder, Path bin, int port) {
        this(folder, folder.resolve("wal"), bin, port);
    }

    private LocalPostgres(Path folder, Path wal, Path bin, int port) {
        this.folder = folder;
        this.wal = wal;
        this.bin = bin;
        this.port = port;
    }

    public static LocalPostgres shared() {
        return Shared.CLUSTER;
    }

    /** Starts a cluster of the newest PostgreSQL here. */
    public static LocalPostgres start(String... settings) {
        return startFrom(newestBin(), settings);
    }

    /** Starts a cluster in this folder, which may be on a disk that gets full: its WAL is elsewhere, or that would end it. */
    public static LocalPostgres startIn(Path folder, String... settings) {
        return start(new LocalPostgres(folder, temporaryFolder().resolve("wal"), newestBin(), Port.free()), settings);
    }

    private static LocalPostgres start(LocalPostgres cluster, String... settings) {
        try {
            cluster.init(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
        return cluster;
    }

    /** Starts a cluster of the programs in this folder. */
    public static LocalPostgres startFrom(Path bin, String... settings) {
        return start(new LocalPostgres(temporaryFolder(), bin, Port.free()), settings);
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory(Path.of("/tmp"), "af-pg-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path newestBin() {
        String given = System.getenv("AF_TEST_POSTGRES_BIN");
        if (given != null) {
            return Path.of(given);
        }
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(b -> Files.isExecutable(b.resolve("initdb")))
                    .max(Comparator.comparing(
                            b -> Integer.parseInt(b.getParent().getFileName().toString())))
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException("no PostgreSQL server here: run scripts/setup.sh", e);
        }
    }

    private void init(String... settings) throws IOException {
        Path password = folder.resolve("password");
        Files.writeString(password, PASSWORD + "\n");
        if (root()) {
            run(List.of("chown", "-R", "postgres:", folder.toString(), String.valueOf(wal.getParent())));
        }
        asPostgres(
                bin.resolve("initdb").toString(),
                "--pgdata",
                data().toString(),
                "--waldir",
                wal.toString(),
                "--username",
                "postgres",
                "--auth",
                "scram-sha-256",
                "--pwfile",
                password.toString(),
                "--encoding",
                "UTF8",
                "--locale",
                "C.UTF-8",
                "--no-sync");
        List<String> configuration = new ArrayList<>(List.of(
                "listen_addresses = '127.0.0.1'",
                "port = " + port,
                "unix_socket_directories = '" + folder + "'",
                "fsync = off",
                "max_prepared_transactions = 4",
                "max_connections = 60",
                "max_locks_per_transaction = 512",
                "wal_level = logical"));
        configuration.addAll(List.of(settings));
        Path file = folder.resolve("af.conf");
        Files.write(file, configuration);
        run(List.of("sh", "-c", "cat '" + file + "' >> '" + data() + "/postgresql.conf'"));
        startServer();
    }

    /** Starts the server again after {@link #stopServer()}. */
    public void startServer() {
        asPostgres(
                bin.resolve("pg_ctl").toString(),
                "--pgdata",
                data().toString(),
                "--log",
                folder.resolve("log").toString(),
                "--wait",
                "start");
    }

    /** Stops the server at once, as a power cut would. */
    public void stopServer() {
        asPostgres(bin.resolve("pg_ctl").toString(), "--pgdata", data().toString(), "--mode", "immediate", "stop");
    }

    private Path data() {
        return folder.resolve("data");
    }

    public Path bin() {
        return bin;
    }

    public int port() {
        return port;
    }

    /** Where the socket is. */
    public Path folder() {
        return folder;
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    private void asPostgres(String... command) {
        List<String> all = new ArrayList<>();
        if (root()) {
            all.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
        }
        all.addAll(List.of(command));
        run(all);
    }

    private static void run(List<String> command) {
        Path output = temporaryFile();
        try {
            Process process = new ProcessBuilder(command)
                    .directory(Path.of("/tmp").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " failed: " + Files.readString(output));
            }
            Files.delete(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("af-test-", ".out");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a superuser reaches this database. */
    public DatabaseUrl url(String database) {
        return url(database, "postgres");
    }

    public DatabaseUrl url(String database, String role) {
        return DatabaseUrl.ofKeywords(java.util.Map.of(
                "host",
                "127.0.0.1",
                "port",
                String.valueOf(port),
                "user",
                role,
                "password",
                PASSWORD,
                "dbname",
                database));
    }

    /** The same as a URI with everything percent-encoded. */
    public String uri(String database) {
        return uri(database, "postgres");
    }

    public String uri(String database, String role) {
        return "postgresql://" + percent(role) + ":" + percent(PASSWORD) + "@127.0.0.1:" + port + "/"
                + percent(database);
    }

    private static String percent(String text) {
        return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8)
                .replace("+", "%20");
    }

    /** A fresh, empty database of this name; one of the same name is dropped. */
    public ADatabase database(String name) {
        ADatabase.drop(this, name);
        return ADatabase.create(this, name, "");
    }

    /** A new database made with these options. */
    public ADatabase database(String name, String options) {
        ADatabase.drop(this, name);
        return ADatabase.create(this, name, options);
    }

    /** A database that is there already. */
    public ADatabase existing(String name) {
        return new ADatabase(this, name);
    }

    /** A program of this PostgreSQL, run to its end against a database; returns its stdout. */
    public String tool(String program, String database, String... arguments) {
        List<String> command = new ArrayList<>(List.of(bin.resolve(program).toString()));
        command.addAll(List.of(arguments));
        command.add("--dbname=" + url(database).connectionString());
        return AfProcess.output(command, java.util.Map.of("PGPASSWORD", PASSWORD));
    }

    /** What pg_dump says of a database, without the lines that differ from run to run. */
    public String dump(String database) {
        return tool("pg_dump", database)
                .lines()
                .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
                .collect(Collectors.joining("\n"));
    }

    /** Runs a statement in the maintenance database. */
    public void maintain(String statement) {
        try (ADatabase maintenance = new ADatabase(this, "postgres")) {
            maintenance.with(statement);
        }
    }

    /** A role that may log in with {@link #PASSWORD}, and has these attributes; one that is there is kept. */
    public void role(String name, String attributes) {
        try (ADatabase maintenance = new ADatabase(this, "postgres")) {
            if (maintenance.texts("SELECT rolname FROM pg_roles").contains(name)) {
                return;
            }
        }
        maintain("CREATE ROLE " + Sql.identifier(name) + " LOGIN " + attributes + " PASSWORD " + Sql.literal(PASSWORD));
    }

    /** What pg_dumpall says of roles and tablespaces. */
    public String globals() {
        return tool("pg_dumpall", "postgres", "--globals-only")
                .lines()
                .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
                .collect(Collectors.joining("\n"));
    }

    /** Names of all databases, sorted. */
    public List<String> databases() {
        try (ADatabase maintenance = new ADatabase(this, "postgres")) {
            return maintenance.texts("SELECT datname FROM pg_database ORDER BY 1");
        }
    }

    @Override
    public void close() {
        if (Files.exists(data().resolve("postmaster.pid"))) {
            stopServer();
        }
        run(List.of("rm", "-rf", folder.toString(), String.valueOf(wal.getParent())));
    }
}
