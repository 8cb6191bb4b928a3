package io.agentflow.dr.process;

import io.agentflow.dr.core.OperationFailed;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/**
 * Starts external programs and ends all that are left when it is closed. On Linux a child also gets SIGTERM from the
 * kernel when this JVM dies of kill -9; pg_dump and pg_restore then end their own workers.
 */
public final class Programs implements AutoCloseable {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final Path NICE = Path.of("/usr/bin/nice");

    /** What libpq would read and we have already put into the connection string, and our own secrets. */
    private static final Set<String> NOT_INHERITED = Set.of(
            "AF_DATABASE_URL",
            "AF_REQUEST_JMS_URL",
            "AF_REQUEST_JMS_PASSWORD",
            "DATABASE_URL",
            "PGHOST",
            "PGHOSTADDR",
            "PGPORT",
            "PGUSER",
            "PGDATABASE",
            "PGPASSWORD",
            "PGSERVICE",
            "PGSERVICEFILE",
            "PGOPTIONS",
            "PGAPPNAME",
            "PGTARGETSESSIONATTRS",
            "PGDATESTYLE",
            "PGTZ",
            "PGGEQO",
            "PGCLIENTENCODING",
            // Errors are told apart by how their lines begin.
            "PG_COLOR",
            "PG_COLORS",
            "AF_TARGET_DATABASE_URL");

    private final Set<RunningProgram> running = ConcurrentHashMap.newKeySet();

    /**
     * The one thread that starts children, alive as long as this object: the parent-death signal is sent when the
     * thread that started the child ends, not the process, so a pooled thread must not do it.
     */
    private final ExecutorService starter = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "program-starter");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Starts the program.
     *
     * @param listener gets each line that it says on stderr, secrets masked, from a thread of its own
     * @throws OperationFailed if it cannot be started
     */
    public RunningProgram start(ExternalProgram program, ProgramListener listener) {
        return start(program, listener, () -> 0);
    }

    /**
     * Starts the program.
     *
     * @param pulse a number that changes as long as what the program waits for goes on, though it says nothing
     * @throws OperationFailed if it cannot be started
     */
    public RunningProgram start(ExternalProgram program, ProgramListener listener, LongSupplier pulse) {
        RunningProgram started = new RunningProgram(program, spawn(program), listener, pulse, running::remove);
        running.add(started);
        started.watch();
        return started;
    }

    private Process spawn(ExternalProgram program) {
        try {
            return starter.submit(() -> builder(program).start()).get();
        } catch (ExecutionException e) {
            throw new OperationFailed(
                    program.name() + " cannot be started: " + e.getMessage(),
                    "Check that " + program.executable() + " exists and may be run.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationFailed("interrupted while starting " + program.name(), "Run the command again.", e);
        }
    }

    private static ProcessBuilder builder(ExternalProgram program) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETPRIV)) {
            command.addAll(List.of(SETPRIV.toString(), "--pdeathsig", "TERM", "--"));
        }
        if (program.yielding() && Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", "10"));
        }
        command.add(program.executable().toString());
        command.addAll(program.arguments());
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeAll(NOT_INHERITED);
        // Messages in English: errors are classified by their text where the tool gives no code.
        environment.put("LC_MESSAGES", "C");
        environment.remove("LC_ALL");
        environment.put("LANGUAGE", "C");
        environment.putAll(program.environment());
        return builder;
    }

    /** Runs the program to its end and returns all of its stdout: for those that say little. */
    public String output(ExternalProgram program) throws IOException {
        return output(program, StandardCharsets.UTF_8);
    }

    /** The same for a program that writes another encoding. */
    public String output(ExternalProgram program, Charset encoding) throws IOException {
        try (RunningProgram started = start(program, (running, line) -> {})) {
            return new String(started.stdout().readAllBytes(), encoding);
        }
    }

    /** Ends every program that still runs, and its children, and waits until they are gone. */
    @Override
    public void close() {
        List.copyOf(running).forEach(RunningProgram::close);
    }
}
