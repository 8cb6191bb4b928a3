package io.agentflow.dr.testing;

import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.Sql;
import java.nio.file.Path;
import java.util.List;

/** A database of a test, filled by SQL. Connects when first asked, so that an open handle hinders nobody. */
public final class ADatabase implements AutoCloseable {
    private final LocalPostgres cluster;
    private final String name;

    ADatabase(LocalPostgres cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    static ADatabase create(LocalPostgres cluster, String name, String options) {
        try (Sql sql = Connections.open(cluster.url("postgres"), "test")) {
            sql.run("CREATE DATABASE " + Sql.identifier(name) + options);
        }
        return new ADatabase(cluster, name);
    }

    static void drop(LocalPostgres cluster, String name) {
        try (Sql sql = Connections.open(cluster.url("postgres"), "test")) {
            sql.run("DROP DATABASE IF EXISTS " + Sql.identifier(name) + " WITH (FORCE)");
        }
    }

    public String name() {
        return name;
    }

    public DatabaseUrl url() {
        return cluster.url(name);
    }

    public String uri() {
        return cluster.uri(name);
    }

    /** Runs statements in a session of their own, with the search path that a user has. */
    public ADatabase with(String statements) {
        try (Sql sql = Connections.open(url(), "test")) {
            sql.run("RESET search_path");
            sql.run(statements);
        }
        return this;
    }

    /** Runs a psql script with variables such as {@code tenants=5}. */
    public ADatabase script(Path file, String... variables) {
        String[] arguments = new String[4 + 2 * variables.length];
        arguments[0] = "--quiet";
        arguments[1] = "--no-psqlrc";
        arguments[2] = "--set=ON_ERROR_STOP=1";
        arguments[3] = "--file=" + file;
        for (int i = 0; i < variables.length; i++) {
            arguments[4 + 2 * i] = "-v";
            arguments[5 + 2 * i] = variables[i];
        }
        cluster.tool("psql", name, arguments);
        return this;
    }

    /** AgentFlow's tables with about a thousand rows and a valid audit chain. */
    public ADatabase agentflow() {
        return script(Project.file("scripts/sample/agentflow.sql"), "tenants=5", "messages=600", "audits=70");
    }

    public List<String> texts(String query) {
        try (Sql sql = Connections.open(url(), "test")) {
            return sql.texts(query);
        }
    }

    public long number(String query) {
        try (Sql sql = Connections.open(url(), "test")) {
            return sql.number(query);
        }
    }

    /** What pg_dump says of it. */
    public String dump() {
        return cluster.dump(name);
    }

    /** Nothing is held open; there so that tests may use try-with-resources. */
    @Override
    public void close() {}
}
