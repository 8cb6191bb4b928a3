package io.agentflow.dr.postgres;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ConnectionLost;
import io.agentflow.dr.core.OperationFailed;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyInputStream;

/** One session: runs statements and turns their failures into what an operator understands. */
public final class Sql implements AutoCloseable {
    /** Makes a value of the current row. */
    @FunctionalInterface
    public interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** Reads a COPY from the server to its end. */
    @FunctionalInterface
    public interface CopyReader {
        void read(InputStream copy) throws IOException;
    }

    /** Remembers that it was the stream that failed, and not the connection. */
    private static final class Source extends FilterInputStream {
        private @Nullable IOException broken;

        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (IOException e) {
                broken = e;
                throw e;
            }
        }
    }

    private static final int COPY_BUFFER = 65_536;

    private final Connection connection;
    private final AtomicReference<@Nullable Statement> running = new AtomicReference<>();
    private volatile @Nullable Long waiting;
    private volatile @Nullable String givenUp;

    public Sql(Connection connection) {
        this.connection = connection;
    }

    /** Ends the session. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Ends the session at once, also from another thread while a statement runs; the server stops working at it. */
    public void abort() {
        try {
            Statement statement = running.get();
            if (statement != null) {
                statement.cancel();
            }
        } catch (SQLException e) {
            // The server cannot be reached, or has nothing to cancel any more: it is left to itself.
            running.set(null);
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** The same; who waits for an answer is told why. */
    void giveUp(String why) {
        givenUp = why;
        abort();
    }

    private AfException failure(SQLException e) {
        String why = givenUp;
        return why == null ? PgFailures.of(e) : new ConnectionLost(why, "Run the command again.", e);
    }

    /**
     * Makes sure that the session is still there and answers.
     *
     * @param limit how long the answer may take
     * @throws ConnectionLost if it has gone, or the network to it
     */
    public void requireAlive(Duration limit) {
        try {
            if (!connection.isValid((int) Math.max(1, limit.toSeconds()))) {
                throw new ConnectionLost("the connection to the database broke off", "Run the command again.");
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /**
     * From now on takes the connection for lost when an answer does not come, or stops coming, for so long. Only for
     * sessions whose statements are short: one that works sends nothing, either.
     */
    public void answersWithin(Duration limit) {
        try {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(limit.toMillis()));
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Whether somebody has been waiting for the server in this session for longer than that, in nanoseconds. */
    boolean waitingFor(long nanos) {
        Long since = waiting;
        return since != null && System.nanoTime() - since > nanos;
    }

    private void begin(@Nullable Statement statement) {
        running.set(statement);
        waiting = System.nanoTime();
    }

    private void end() {
        running.set(null);
        waiting = null;
    }

    /** Runs one or more statements without parameters. */
    public void run(String statements) {
        try (Statement statement = connection.createStatement()) {
            begin(statement);
            // What stands in braces is SQL, and no escape of JDBC's.
            statement.setEscapeProcessing(false);
            statement.execute(statements);
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            end();
        }
    }

    /**
     * Copies rows into the server as they come; memory stays flat.
     *
     * @param statement a COPY … FROM STDIN
     * @return how many rows
     */
    public long copyIn(String statement, InputStream rows) throws IOException {
        begin(null);
        Source source = new Source(rows);
        try {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(statement, source, COPY_BUFFER);
        } catch (SQLException e) {
            // pgJDBC wraps what the stream throws, and what the socket throws, in the same way.
            if (source.broken != null) {
                throw source.broken;
            }
            throw failure(e);
        } finally {
            end();
        }
    }

    /**
     * Reads what a COPY … TO STDOUT sends, as it comes; memory stays flat.
     *
     * @param statement a COPY … TO STDOUT
     */
    public void copyOut(String statement, CopyReader reader) {
        begin(null);
        try (InputStream copy = new PGCopyInputStream(connection.unwrap(PGConnection.class), statement)) {
            reader.read(copy);
        } catch (SQLException e) {
            throw failure(e);
        } catch (IOException e) {
            if (e.getCause() instanceof SQLException broken) {
                throw failure(broken);
            }
            throw new OperationFailed("the server's answer cannot be read: " + e.getMessage(), "Run it again.", e);
        } finally {
            end();
        }
    }

    /** Runs one statement that changes rows, and says how many. */
    public long change(String statement) {
        try (Statement changing = connection.createStatement()) {
            begin(changing);
            changing.setEscapeProcessing(false);
            return changing.executeLargeUpdate(statement);
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            end();
        }
    }

    /** All rows of a query with parameters bound in order. */
    public <T> List<T> list(String query, Row<T> row, Object... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            begin(statement);
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                List<T> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(row.of(result));
                }
                return rows;
            }
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            end();
        }
    }

    /** The only row of a query. */
    public <T> T one(String query, Row<T> row, Object... parameters) {
        List<T> rows = list(query, row, parameters);
        if (rows.size() != 1) {
            throw new IllegalStateException("one row was expected, not " + rows.size() + ", of: " + query);
        }
        return rows.get(0);
    }

    public String text(String query, Object... parameters) {
        return one(query, row -> row.getString(1), parameters);
    }

    public long number(String query, Object... parameters) {
        return one(query, row -> row.getLong(1), parameters);
    }

    public boolean yes(String query, Object... parameters) {
        return one(query, row -> row.getBoolean(1), parameters);
    }

    public List<String> texts(String query, Object... parameters) {
        return list(query, row -> row.getString(1), parameters);
    }

    public ServerVersion serverVersion() {
        return one(
                "SELECT current_setting('server_version_num')::int, current_setting('server_version')",
                row -> new ServerVersion(row.getInt(1), row.getString(2).replaceFirst(" .*", "")));
    }

    /** The column as a Long, null for null. */
    public static @Nullable Long nullableLong(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : Long.valueOf(value);
    }

    /** An identifier as SQL wants it, always quoted. */
    public static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A string constant, right whatever {@code standard_conforming_strings} says. */
    public static String literal(String text) {
        String quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'";
        return text.indexOf('\\') >= 0 ? " E" + quoted : quoted;
    }
}
