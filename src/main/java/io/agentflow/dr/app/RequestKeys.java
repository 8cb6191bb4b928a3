package io.agentflow.dr.app;

import io.agentflow.dr.config.ConfiguredKey;
import io.agentflow.dr.core.SecretFile;
import io.agentflow.dr.request.RequestKey;
import io.agentflow.dr.request.RequestSignature;
import io.agentflow.dr.request.RequestedVerb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the keys that requests are signed with, and says all that is wrong with them. */
final class RequestKeys {
    private final List<String> wrong;

    /** @param wrong gets everything that is wrong, by key of the configuration */
    RequestKeys(List<String> wrong) {
        this.wrong = wrong;
    }

    /** @param databases the configured names */
    Map<String, RequestKey> read(List<ConfiguredKey> configured, Set<String> databases) {
        Map<String, RequestKey> keys = new TreeMap<>();
        for (ConfiguredKey key : configured) {
            String name = "af.request.key." + key.id();
            RequestSignature signature = signature(name, key);
            Set<String> allowed = new TreeSet<>(key.databases());
            if (allowed.isEmpty()) {
                wrong.add(name + ".databases is missing");
            }
            allowed.stream()
                    .filter(database -> !databases.contains(database))
                    .forEach(database ->
                            wrong.add(name + ".databases names '" + database + "', which is not configured"));
            Set<RequestedVerb> verbs = verbs(name + ".operations", key.operations());
            if (signature != null) {
                keys.put(key.id(), new RequestKey(key.id(), signature, allowed, verbs));
            }
        }
        if (configured.isEmpty()) {
            wrong.add("no key is configured that requests are signed with: af.request.key.<id>.secret-file");
        }
        return keys;
    }

    private @Nullable RequestSignature signature(String name, ConfiguredKey key) {
        Path secret = key.secretFile();
        Path publicKey = key.publicKeyFile();
        if ((secret == null) == (publicKey == null)) {
            wrong.add(name + " needs either .secret-file or .public-key-file");
            return null;
        }
        Path file = secret == null ? publicKey : secret;
        try {
            String text = Files.readString(file).strip();
            if (secret == null) {
                return RequestSignature.checkedBy(text);
            }
            RequestSignature shared = RequestSignature.shared(text);
            requireSecret(secret, text);
            return shared;
        } catch (IOException e) {
            wrong.add(name + " names " + file + ", which cannot be read");
        } catch (IllegalArgumentException e) {
            wrong.add(name + " names " + file + ", which " + e.getMessage());
        }
        return null;
    }

    /** What everybody knows, or may read, is no secret: he could sign with it. */
    private static void requireSecret(Path file, String text) throws IOException {
        if (text.contains("-----BEGIN ")) {
            throw new IllegalArgumentException(
                    "holds a key in PEM and no shared secret; a public key is .public-key-file");
        }
        Optional<String> exposed = SecretFile.exposure(file);
        if (exposed.isPresent()) {
            throw new IllegalArgumentException(exposed.get() + "; take that away: " + SecretFile.mend(file));
        }
    }

    private Set<RequestedVerb> verbs(String name, List<String> words) {
        Set<RequestedVerb> verbs = EnumSet.noneOf(RequestedVerb.class);
        for (String word : words) {
            try {
                verbs.add(RequestedVerb.parse(word));
            } catch (IllegalArgumentException e) {
                wrong.add(name + ": " + e.getMessage());
            }
        }
        if (words.isEmpty()) {
            wrong.add(name + " is missing: backup, verify, restore");
        }
        return verbs;
    }
}
