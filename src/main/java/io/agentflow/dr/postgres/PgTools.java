package io.agentflow.dr.postgres;

import io.agentflow.dr.core.Refused;
import io.agentflow.dr.process.ExternalProgram;
import io.agentflow.dr.process.Programs;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the PostgreSQL client tools of this machine and picks the version that fits. */
public final class PgTools {
    /** Where packagers put them; Debian's {@code /usr/bin/pg_dump} is a slow wrapper that guesses a version. */
    private static final Map<String, String> PACKAGED = Map.of(
            "/usr/lib/postgresql", "*",
            "/usr", "pgsql-*",
            "/opt/homebrew/opt", "{postgresql,libpq}*",
            "/usr/local/opt", "{postgresql,libpq}*",
            "C:/Program Files/PostgreSQL", "*");

    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)[^ ]*)");

    private final Programs programs;
    private final List<Path> directories;
    private @Nullable List<PgToolSet> found;

    /** @param directories looked at first, in this order, for instance those of PATH */
    public PgTools(Programs programs, List<Path> directories) {
        this.programs = programs;
        this.directories = directories;
    }

    /**
     * The tools to dump a server with: its own major version, or the next newer one.
     *
     * @throws Refused if there are none, or all are older than the server
     */
    public PgToolSet forDumping(ServerVersion server) {
        return smallestFrom(server.major())
                .orElseThrow(() -> refused("the server is PostgreSQL " + server, server.major()));
    }

    /**
     * The tools to read an archive with: the version that wrote it, or the next newer one.
     *
     * @throws Refused if there are none, or all are older than the archive
     */
    public PgToolSet forReading(int archiveMajor) {
        return smallestFrom(archiveMajor)
                .orElseThrow(() -> refused("the archive was made by pg_dump " + archiveMajor, archiveMajor));
    }

    private Optional<PgToolSet> smallestFrom(int major) {
        return all().stream().filter(t -> t.major() >= major).min(Comparator.comparing(PgToolSet::major));
    }

    private Refused refused(String need, int major) {
        String have = all().isEmpty()
                ? "pg_dump is not installed"
                : "pg_dump here is " + all().stream().map(PgToolSet::version).toList();
        return new Refused(
                have + ", " + need,
                "Install it with: apt-get install postgresql-client-" + major + ", or set af.postgres.bin.");
    }

    /** Every set that was found, those of the given directories first. */
    public synchronized List<PgToolSet> all() {
        if (found == null) {
            found = Stream.concat(directories.stream(), packaged().stream())
                    .filter(d -> Files.isExecutable(d.resolve("pg_dump")) || Files.exists(d.resolve("pg_dump.exe")))
                    .filter(d -> !wrapper(d.resolve("pg_dump")))
                    .flatMap(d -> version(d).stream())
                    .toList();
        }
        return found;
    }

    private static boolean wrapper(Path tool) {
        try {
            return tool.toRealPath().endsWith("pg_wrapper");
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> packaged() {
        List<Path> candidates = new ArrayList<>();
        PACKAGED.forEach((parent, glob) -> {
            if (Files.isDirectory(Path.of(parent))) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(parent), glob)) {
                    entries.forEach(entry -> candidates.add(entry.resolve("bin")));
                } catch (IOException e) {
                    // A directory that cannot be read has no tools that could be run.
                    candidates.remove(Path.of(parent));
                }
            }
        });
        return candidates;
    }

    private Optional<PgToolSet> version(Path directory) {
        PgToolSet unknown = new PgToolSet(directory, 0, "");
        ExternalProgram program = new ExternalProgram(
                unknown.tool("pg_dump"), List.of("--version"), Map.of(), List.of(), Duration.ofSeconds(20));
        try {
            Matcher version = VERSION.matcher(programs.output(program));
            return version.find()
                    ? Optional.of(new PgToolSet(directory, Integer.parseInt(version.group(2)), version.group(1)))
                    : Optional.empty();
        } catch (IOException e) {
            return byName(directory);
        }
    }

    /** Packagers name the directory by the major version: that must do when the tool itself could not be asked. */
    private static Optional<PgToolSet> byName(Path directory) {
        Matcher major = Pattern.compile("(?:^|\\D)(\\d{2})$").matcher(String.valueOf(directory.getParent()));
        return major.find()
                ? Optional.of(new PgToolSet(directory, Integer.parseInt(major.group(1)), major.group(1)))
                : Optional.empty();
    }
}
