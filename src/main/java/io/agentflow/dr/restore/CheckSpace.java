package io.agentflow.dr.restore;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.postgres.Sql;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether the target's disk can hold a second database beside the live one. SQL does not tell how much is free: it is
 * known only where the server runs on this machine.
 */
final class CheckSpace {
    /** Older backups do not say how large the database was; dumps compress to about a fifth of it with its indexes. */
    private static final int EXPANSION = 5;

    private final Sql sql;
    private final RestoreRequest request;
    private final Manifest manifest;

    CheckSpace(Sql sql, RestoreRequest request, Manifest manifest) {
        this.sql = sql;
        this.request = request;
        this.manifest = manifest;
    }

    List<Finding> findings() {
        if (request.type() == RestoreType.SCHEMA) {
            return List.of();
        }
        if (PrepareStaging.ready(sql, request, manifest)) {
            return List.of(Finding.ok("space: the restored database is there already"));
        }
        ByteSize needed = new ByteSize(needed());
        return List.of(free().map(free -> free.bytes() > needed.bytes()
                        ? Finding.ok("space: needs about " + needed + " with indexes, " + free + " free")
                        : Finding.stop(
                                "the restored database needs about " + needed + " with indexes, the server has " + free
                                        + " free",
                                "it is restored beside the live one",
                                "Free space there, for instance: af backup restore --drop-old"))
                .orElseGet(() -> Finding.note(
                        "the restored database needs about " + needed
                                + " with indexes; what the server has free cannot be seen from here",
                        "it is restored beside the live one",
                        "Look there: df -h \"$(psql -Atc 'SHOW data_directory')\"")));
    }

    private long needed() {
        Manifest.Footprint footprint = manifest.footprint();
        return footprint == null ? manifest.summary().bytes() * EXPANSION : footprint.databaseBytes();
    }

    private Optional<ByteSize> free() {
        try {
            if (!here()) {
                return Optional.empty();
            }
            for (String setting : sql.texts("SELECT setting FROM pg_settings WHERE name = 'data_directory'")) {
                Path data = Path.of(setting);
                // The data directory itself is for the server's eyes only; what it lies in is on the same disk.
                for (Path at : new Path[] {data, data.resolveSibling(".")}) {
                    if (Files.exists(at)) {
                        return Optional.of(new ByteSize(Files.getFileStore(at).getUsableSpace()));
                    }
                }
            }
            return Optional.empty();
        } catch (IOException | AfException e) {
            return Optional.empty();
        }
    }

    private boolean here() throws IOException {
        if (request.target().unixSocket()) {
            return true;
        }
        InetAddress server = InetAddress.getByName(request.target().server());
        return (server.isLoopbackAddress() || NetworkInterface.getByInetAddress(server) != null) && servedHere();
    }

    /** Behind a local port there may be a tunnel or a container: then the process that serves us is not one of here. */
    private boolean servedHere() throws IOException {
        long pid = sql.number("SELECT pg_backend_pid()");
        Path commandLine = Path.of("/proc/" + pid + "/cmdline");
        return Files.isReadable(commandLine)
                ? Files.readString(commandLine, StandardCharsets.ISO_8859_1).contains("postgres")
                : ProcessHandle.of(pid).isPresent();
    }
}
