package io.agentflow.dr.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs af where only certain PostgreSQL programs are installed: the others are hidden in a mount namespace of its own.
 * Takes root, or a kernel that lets users make namespaces.
 */
public final class ToolsAtHand {
    private static final String HIDING = """
            set -e
            [ -z "$1" ] || mount --bind "$1" "$2"
            [ ! -d /usr/lib/postgresql ] || mount -t tmpfs tmpfs /usr/lib/postgresql
            shift 2
            exec "$@"
            """;

    private ToolsAtHand() {}

    /** An af that finds no PostgreSQL programs. */
    public static AfProcess none(Path folder) {
        return hiding(folder, "", folder);
    }

    /** An af that finds the programs of this version alone. */
    public static AfProcess only(Path folder, PostgresVersion version) {
        try {
            Path bin = Files.createDirectories(folder.resolve("tools-" + version));
            return hiding(folder, version.bin().toString(), bin).with("AF_POSTGRES_BIN", bin.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An af that finds the programs of these versions first, in this order, and those that are installed. */
    public static AfProcess first(Path folder, PostgresVersion... versions) {
        return new AfProcess(folder)
                .with(
                        "AF_POSTGRES_BIN",
                        String.join(
                                ",",
                                List.of(versions).stream()
                                        .map(version -> version.bin().toString())
                                        .toList()));
    }

    private static AfProcess hiding(Path folder, String kept, Path where) {
        boolean root = "root".equals(System.getProperty("user.name"));
        return new AfProcess(folder)
                .under("unshare", root ? "--mount" : "--map-root-user", "--mount", "sh", "-c", HIDING, "sh")
                .under(kept, where.toString());
    }
}
