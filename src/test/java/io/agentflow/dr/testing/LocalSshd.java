package io.agentflow.dr.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real OpenSSH server on the loopback address, for the user who runs the tests, by key. */
public final class LocalSshd implements AutoCloseable {
    private final Path folder;
    private final int port;
    private final Process server;

    private LocalSshd(Path folder, int port, Process server) {
        this.folder = folder;
        this.port = port;
        this.server = server;
    }

    /** @param folder where its keys and its configuration go */
    public static LocalSshd start(Path folder) {
        try {
            int port = Port.free();
            key(folder.resolve("host"));
            key(folder.resolve("user"));
            Files.copy(folder.resolve("user.pub"), folder.resolve("authorized"));
            Files.writeString(
                    folder.resolve("known"),
                    "[127.0.0.1]:" + port + " " + Files.readString(folder.resolve("host.pub")));
            Files.writeString(folder.resolve("config"), """
                    ListenAddress 127.0.0.1
                    Port %d
                    HostKey %2$s/host
                    AuthorizedKeysFile %2$s/authorized
                    PidFile none
                    StrictModes no
                    UsePAM no
                    PermitRootLogin yes
                    PasswordAuthentication no
                    Subsystem sftp internal-sftp -d /
                    """.formatted(port, folder));
            if ("root".equals(System.getProperty("user.name"))) {
                Files.createDirectories(Path.of("/run/sshd"));
            }
            Process server = new ProcessBuilder(
                            "/usr/sbin/sshd",
                            "-D",
                            "-e",
                            "-f",
                            folder.resolve("config").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            Port.awaitListener(port, "sshd");
            return new LocalSshd(folder, port, server);
        } catch (IOException e) {
            throw new UncheckedIOException("no sshd here: run scripts/test.sh, or apt-get install openssh-server", e);
        }
    }

    private static void key(Path file) {
        AfProcess.output(
                List.of("ssh-keygen", "-q", "-t", "ecdsa", "-m", "PEM", "-N", "", "-f", file.toString()), Map.of());
    }

    /** Camel's endpoint of a folder there: sessions begin in the root, for to Camel all paths are relative. */
    public String endpoint(Path remote) {
        return store(remote) + "&tempPrefix=.part-";
    }

    /** The same without what is for copies alone. */
    public String store(Path remote) {
        return "sftp:127.0.0.1:" + port + remote + "?username=" + System.getProperty("user.name")
                + "&privateKeyFile=" + folder.resolve("user") + "&knownHostsFile=" + folder.resolve("known")
                + "&strictHostKeyChecking=yes&useUserKnownHostsFile=false&jschLoggingLevel=OFF";
    }

    /** Kills those that serve who is logged in, as a crash or a fire wall would; who comes anew is let in. */
    public void dropSessions() {
        server.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** As when its machine goes away. */
    public void kill() {
        List<ProcessHandle> sessions = server.descendants().toList();
        server.destroyForcibly();
        sessions.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        server.destroy();
    }
}
