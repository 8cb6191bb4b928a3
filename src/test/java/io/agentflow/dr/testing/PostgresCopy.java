package io.agentflow.dr.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The installed PostgreSQL under another prefix, where extensions can be added without being root. Its programs find
 * their files relative to where they are; all but the three that start a server are links.
 */
public final class PostgresCopy {
    private static final Set<String> COPIED = Set.of("postgres", "initdb", "pg_ctl");

    private final Path bin;
    private final Path extensions;

    private PostgresCopy(Path bin, Path extensions) {
        this.bin = bin;
        this.extensions = extensions;
    }

    /** Makes it in this folder, which the server's user must be able to enter. */
    public static PostgresCopy in(Path folder) {
        Path installed = LocalPostgres.newestBin();
        Path version = installed.getParent().getFileName();
        Path prefix = installed.resolve("../../../..").normalize();
        try {
            Path bin = Files.createDirectories(folder.resolve(prefix.relativize(installed)));
            linkAll(installed, bin);
            Files.createSymbolicLink(bin.resolveSibling("lib"), installed.resolveSibling("lib"));
            Path share = prefix.resolve("share/postgresql").resolve(version);
            Path shareHere = Files.createDirectories(folder.resolve(prefix.relativize(share)));
            linkAll(share, shareHere);
            Path extensions = shareHere.resolve("extension");
            Files.delete(extensions);
            linkAll(share.resolve("extension"), Files.createDirectory(extensions));
            return new PostgresCopy(bin, extensions);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void linkAll(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Path here = to.resolve(file.getFileName());
                if (COPIED.contains(file.getFileName().toString())) {
                    Files.copy(file, here);
                } else {
                    Files.createSymbolicLink(here, file);
                }
            }
        }
    }

    /** Adds an extension of version 1.0 that this script makes. */
    public PostgresCopy with(String extension, String script) {
        return with(extension, "1.0", script);
    }

    public PostgresCopy with(String extension, String version, String script) {
        try {
            Files.writeString(
                    extensions.resolve(extension + ".control"),
                    "default_version = '" + version + "'\nrelocatable = false\n");
            Files.writeString(extensions.resolve(extension + "--" + version + ".sql"), script);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public LocalPostgres start(String... settings) {
        return LocalPostgres.startFrom(bin, settings);
    }
}
