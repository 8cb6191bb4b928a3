package io.agentflow.dr.nats;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come from and where their results go, as {@code af.request.nats.…} says. Nothing in it is a secret.
 *
 * @param servers their addresses, such as {@code nats://host:4222}
 * @param stream the stream that keeps the requests
 * @param subject the subject that they are published to
 * @param durable what the server calls our place in the stream
 * @param results the subject of the results whose sender names none, or null
 * @param access how af shows who it is
 * @param tls what TLS is done with, where an address begins with {@code tls:}
 */
public record NatsSettings(
        List<String> servers,
        String stream,
        String subject,
        String durable,
        @Nullable String results,
        Access access,
        Tls tls) {
    public NatsSettings {
        servers = List.copyOf(servers);
    }

    /**
     * Who af is to the server; all null where it lets everybody in. The files are read at each connection.
     *
     * @param credentials a {@code .creds} file
     * @param user a name, with
     * @param password the file of its password
     */
    public record Access(
            @Nullable Path credentials,
            @Nullable String user,
            @Nullable Path password) {}

    /**
     * What TLS is done with. The files are read at each connection.
     *
     * @param authorities certificates (PEM) of those who sign servers' certificates, or null for those that Java trusts
     * @param keystore our own certificate and key (PKCS#12), or null, with
     * @param password the file of its password
     */
    public record Tls(
            @Nullable Path authorities,
            @Nullable Path keystore,
            @Nullable Path password) {}

    /** Whether servers are talked to by TLS. */
    boolean byTls() {
        return servers.stream().anyMatch(server -> server.startsWith("tls:"));
    }
}
