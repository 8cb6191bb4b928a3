package io.agentflow.dr.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.app.AfMain;
import io.agentflow.dr.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs af as a user would: in a folder, with an environment, to its end or until it is killed. What is only run to its
 * end runs in the JVM of the tests, where it takes a tenth of the time of one of its own; by the real launcher runs
 * whatever is started, killed, looked at as a process, or given an environment that is not af's.
 */
public final class AfProcess {
    private static final long LIMIT_SECONDS = 180;

    /** What only a launcher can do something about. */
    private static final Set<String> OF_THE_LAUNCHER = Set.of("AF_LIB", "AF_JAVA_OPTIONS");

    /** What af reads of its environment beside its own keys, and children are not to have. */
    private static final Set<String> OTHERS = Set.of("PATH", "SSH_CONNECTION");

    /** What the libraries of S3 read, and the properties by which the same can be given within a JVM. */
    private static final Map<String, String> AS_PROPERTIES =
            Map.of("AWS_ACCESS_KEY_ID", "aws.accessKeyId", "AWS_SECRET_ACCESS_KEY", "aws.secretAccessKey");

    /** Where these are given, the default store is not meant. */
    private static final Pattern STORES_GIVEN =
            Pattern.compile("(?m)^af\\.(?:(?:store|stores) *=|database\\..*\\.stores *=.*,)");

    private final Path folder;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> command = new ArrayList<>();
    private boolean launched;

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

    /** By the real launcher, in a process of its own that stands in its folder. */
    public AfProcess launched() {
        launched = true;
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
        return inside(arguments) ? runInside(arguments) : start(arguments).await();
    }

    private boolean inside(String... arguments) {
        return !launched
                && command.isEmpty()
                && environment.keySet().stream().allMatch(AfProcess::canBeGivenInside)
                && Stream.concat(environment.values().stream(), Arrays.stream(arguments))
                        .noneMatch(this::liesInTheFolder);
    }

    private static boolean canBeGivenInside(String variable) {
        return (variable.startsWith("AF_") && !OF_THE_LAUNCHER.contains(variable))
                || OTHERS.contains(variable)
                || AS_PROPERTIES.containsKey(variable);
    }

    /** This JVM stands in another folder. */
    private boolean liesInTheFolder(String word) {
        return word.matches("[A-Za-z0-9._-]+") && !word.startsWith("-") && Files.exists(folder.resolve(word));
    }

    private Result runInside(String... arguments) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        // The folder that this JVM stands in is another one: what af would find there, or put there, is named.
        Path properties = folder.resolve("af.properties");
        String configured = "";
        if (Files.exists(properties)) {
            configured = text(properties);
            all.putIfAbsent("AF_CONFIG", properties.toString());
        }
        if (!STORES_GIVEN.matcher(configured).find()) {
            all.putIfAbsent("AF_STORE", folder.resolve("backups").toString());
        }
        all.putIfAbsent("AF_DEAD_LETTERS", folder.resolve("dead-letters").toString());
        all.putIfAbsent("PATH", System.getenv("PATH"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream said = new PrintStream(err, true, StandardCharsets.UTF_8);
        AS_PROPERTIES.forEach((variable, property) -> {
            if (all.containsKey(variable)) {
                System.setProperty(property, all.get(variable));
            }
        });
        Set<String> before = inTheProject();
        int code;
        try {
            String[] located = Arrays.stream(arguments).map(this::located).toArray(String[]::new);
            code = AfMain.run(new Terminal(out, said, false, false, false), all, Project.file("."), located);
        } finally {
            AS_PROPERTIES.values().forEach(System::clearProperty);
        }
        if (!before.equals(inTheProject())) {
            throw new IllegalStateException(
                    List.of(arguments)
                            + " named a file without its folder, and left it in the project: name the folder, or say launched()");
        }
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** What is named as lying in the folder, by its whole path. */
    private String located(String word) {
        return word.startsWith("./") ? folder.resolve(word.substring(2)).toString() : word;
    }

    private static Set<String> inTheProject() {
        return Set.of(Objects.requireNonNull(Project.file(".").toFile().list()));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
