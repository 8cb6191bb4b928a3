package io.agentflow.dr.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the real launcher as a user would: in a folder, with an environment, to its end or until it is killed. */
public final class AfProcess {
    private static final long LIMIT_SECONDS = 180;

    private final Path folder;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> command = new ArrayList<>();

    /** @param folder where it runs; its backups and dead letters go there by default */
    public AfProcess(Path folder) {
        this.folder = folder;
        environment.put("AF_RETRIES", "0");
        environment.put("AF_STATE_DIR", folder.resolve("state").toString());
    }

    public AfProcess with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** By way of another program, such as {@code setsid}, that ends by becoming it. */
    public AfProcess under(String... launcher) {
        command.addAll(List.of(launcher));
        return this;
    }

    /** The database that it works on. */
    public AfProcess on(ADatabase database) {
        return with("AF_DATABASE_URL", database.uri());
    }

    /** What a run printed and how it ended. */
    public record Result(int exitCode, String out, String err) {
        /** Its stdout as JSON. */
        public JsonNode json() {
            try {
                return new ObjectMapper().readTree(out);
            } catch (IOException e) {
                throw new UncheckedIOException("not JSON: " + out + err, e);
            }
        }

        @Override
        public String toString() {
            return "exit " + exitCode + "\n" + out + err;
        }
    }

    public Result run(String... arguments) {
        Running running = start(arguments);
        return running.await();
    }

    /** Starts it and leaves it running. */
    public Running start(String... arguments) {
        List<String> all = new ArrayList<>(command);
        all.add(Project.file("scripts/af").toString());
        all.addAll(List.of(arguments));
        try {
            Path out = temporary();
            Path err = temporary();
            ProcessBuilder builder = new ProcessBuilder(all)
                    .directory(folder.toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            clean(builder.environment());
            builder.environment().putAll(environment);
            return new Running(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporary() throws IOException {
        Path file = Files.createTempFile("af-test-", "");
        file.toFile().deleteOnExit();
        return file;
    }

    private static void clean(Map<String, String> environment) {
        environment.keySet().removeIf(k -> k.startsWith("AF_") || k.startsWith("PG") || k.equals("DATABASE_URL"));
    }

    /** A run that has not ended yet. */
    public record Running(Process process, Path out, Path err) {
        public Result await() {
            try {
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    throw new IllegalStateException("af did not end: " + Files.readString(out) + Files.readString(err));
                }
                return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        /** What it has said on stderr so far. */
        public String errSoFar() {
            try {
                return Files.readString(err);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Runs any program to its end and returns its stdout; fails unless the exit code is 0. */
    public static String output(List<String> command, Map<String, String> environment) {
        try {
            Path out = temporary();
            Path err = temporary();
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            clean(builder.environment());
            builder.environment().putAll(environment);
            int exit = builder.start().waitFor();
            String text = Files.readString(out);
            if (exit != 0) {
                throw new IllegalStateException(command + " ended with " + exit + ": " + Files.readString(err) + text);
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
