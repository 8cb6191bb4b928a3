package io.agentflow.dr.app;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.nats.NatsSettings;
import io.agentflow.dr.nats.NatsSubject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code af.request.nats.…}, and says all that is wrong with it. */
final class NatsKeys {
    private static final Set<String> SCHEMES = Set.of("nats", "tls");

    private final AfConfig config;
    private final List<String> wrong;

    /** @param wrong gets everything that is wrong, by key of the configuration */
    NatsKeys(AfConfig config, List<String> wrong) {
        this.config = config;
        this.wrong = wrong;
    }

    /** What it says; null if no request comes by NATS. */
    @Nullable
    NatsSettings read() {
        if (!config.given(ConfigKey.REQUEST_NATS_URL)) {
            RequestedBy.complainOfRest(config, ConfigKey.REQUEST_NATS_URL, wrong);
            return null;
        }
        List<String> servers = config.list(ConfigKey.REQUEST_NATS_URL);
        if (servers.isEmpty()) {
            wrong.add(ConfigKey.REQUEST_NATS_URL.key() + " names no server");
        }
        servers.forEach(this::requireServer);
        String subject = config.text(ConfigKey.REQUEST_NATS_SUBJECT);
        String results = optional(ConfigKey.REQUEST_NATS_RESULTS);
        requireSubject(ConfigKey.REQUEST_NATS_SUBJECT);
        if (results != null) {
            requireSubject(ConfigKey.REQUEST_NATS_RESULTS);
            if (results.equals(subject)) {
                wrong.add(ConfigKey.REQUEST_NATS_RESULTS.key() + " is the subject of the requests");
            }
        }
        return new NatsSettings(
                servers,
                name(ConfigKey.REQUEST_NATS_STREAM),
                subject,
                name(ConfigKey.REQUEST_NATS_DURABLE),
                results,
                access(),
                tls(servers));
    }

    private NatsSettings.Tls tls(List<String> servers) {
        Path authorities = file(ConfigKey.REQUEST_NATS_CA);
        Path keystore = file(ConfigKey.REQUEST_NATS_KEYSTORE);
        Path password = file(ConfigKey.REQUEST_NATS_KEYSTORE_PASSWORD);
        if ((keystore == null) != (password == null)) {
            wrong.add(ConfigKey.REQUEST_NATS_KEYSTORE.key() + " and " + ConfigKey.REQUEST_NATS_KEYSTORE_PASSWORD.key()
                    + " need each other");
        }
        if ((authorities != null || keystore != null)
                && !servers.stream().allMatch(server -> server.startsWith("tls:"))) {
            wrong.add(ConfigKey.REQUEST_NATS_URL.key() + " must be tls://… where certificates are given");
        }
        return new NatsSettings.Tls(authorities, keystore, password);
    }

    private NatsSettings.Access access() {
        String user = optional(ConfigKey.REQUEST_NATS_USER);
        Path password = file(ConfigKey.REQUEST_NATS_PASSWORD);
        Path credentials = file(ConfigKey.REQUEST_NATS_CREDENTIALS);
        if ((user == null) != (password == null)) {
            wrong.add(ConfigKey.REQUEST_NATS_USER.key() + " and " + ConfigKey.REQUEST_NATS_PASSWORD.key()
                    + " need each other");
        }
        if (credentials != null && user != null) {
            wrong.add(ConfigKey.REQUEST_NATS_CREDENTIALS.key() + " and " + ConfigKey.REQUEST_NATS_USER.key()
                    + " exclude each other");
        }
        return new NatsSettings.Access(credentials, user, password);
    }

    /** It is not repeated: somebody may have written a password into it. */
    private void requireServer(String server) {
        String key = ConfigKey.REQUEST_NATS_URL.key();
        URI address = address(server);
        if (address == null || !SCHEMES.contains(String.valueOf(address.getScheme())) || address.getHost() == null) {
            wrong.add(key + " holds what is no address such as nats://host:4222 or tls://host:4222");
        }
        if (address != null && address.getRawUserInfo() != null) {
            wrong.add(key + " holds a user: use " + ConfigKey.REQUEST_NATS_USER.key() + " and "
                    + ConfigKey.REQUEST_NATS_PASSWORD.key());
        }
    }

    private static @Nullable URI address(String server) {
        try {
            return URI.create(server);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void requireSubject(ConfigKey key) {
        if (!NatsSubject.isPlain(config.text(key))) {
            wrong.add(key.key() + " is '" + config.text(key) + "', not one subject such as af.requests");
        }
    }

    private String name(ConfigKey key) {
        String name = config.text(key);
        if (!NatsSubject.isName(name)) {
            wrong.add(key.key() + " is '" + name + "', not a name of letters, digits, _ and -");
        }
        return name;
    }

    private @Nullable String optional(ConfigKey key) {
        return config.given(key) ? config.text(key) : null;
    }

    private @Nullable Path file(ConfigKey key) {
        String name = optional(key);
        if (name == null) {
            return null;
        }
        Path file = Path.of(name);
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            wrong.add(key.key() + " names " + file + ", which cannot be read");
        }
        return file;
    }
}
