package io.agentflow.dr.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real nginx on the loopback address, with the very configuration of docs/stores/web.md. */
public final class LocalNginx implements AutoCloseable {
    public static final String PASSWORD = "not-a-secret";

    private final int port;
    private final Path root;
    private final Process server;

    private LocalNginx(int port, Path root, Process server) {
        this.port = port;
        this.root = root;
        this.server = server;
    }

    /** @param folder where what it keeps and its configuration go */
    public static LocalNginx start(Path folder) {
        try {
            int port = Port.free();
            Path root = Files.createDirectories(folder.resolve("objects"));
            Path uploads = Files.createDirectories(folder.resolve("uploads"));
            for (Path each : new Path[] {folder, root, uploads}) {
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
            Path passwords = Files.writeString(folder.resolve("passwords"), "af:{PLAIN}" + PASSWORD + "\n");
            String documented = documented()
                    .replace("listen 8080", "listen 127.0.0.1:" + port)
                    .replace("/srv/af-uploads", uploads.toString())
                    .replace("/srv/af", root.toString())
                    .replace("/etc/nginx/af.passwords", passwords.toString());
            Path configuration = Files.writeString(folder.resolve("nginx.conf"), """
                    daemon off;
                    user root;
                    pid %1$s/pid;
                    error_log stderr;
                    events {}
                    http {
                    access_log off;
                    fastcgi_temp_path %1$s/t1; proxy_temp_path %1$s/t2; scgi_temp_path %1$s/t3; uwsgi_temp_path %1$s/t4;
                    %2$s
                    }
                    """.formatted(folder, documented));
            Process server = new ProcessBuilder(
                            "/usr/sbin/nginx", "-c", configuration.toString(), "-p", folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            Port.awaitListener(port, "nginx");
            return new LocalNginx(port, root, server);
        } catch (IOException e) {
            throw new UncheckedIOException("no nginx here: run scripts/test.sh, or apt-get install nginx-light", e);
        }
    }

    private static String documented() throws IOException {
        Matcher block =
                Pattern.compile("(?s)```nginx\n(.*?)```").matcher(Files.readString(Project.file("docs/stores/web.md")));
        if (!block.find()) {
            throw new IOException("docs/stores/web.md has no configuration of nginx");
        }
        return block.group(1);
    }

    /** What {@code af.route.web} is for a folder of its own. */
    public String address(String place) {
        return "http://127.0.0.1:" + port + "/" + place + "?authMethod=Basic&authUsername=af&authPassword=RAW("
                + PASSWORD + ")&authenticationPreemptive=true";
    }

    /** Where it keeps what it is sent there. */
    public Path place(String place) {
        try {
            return Files.createDirectories(root.resolve(place));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.destroy();
        try {
            server.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
