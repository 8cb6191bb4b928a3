package io.agentflow.dr.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the configuration is looked for: the first of these that is there. */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * The file to read, if there is one.
     *
     * @param named by the command line, or null
     */
    public static Optional<Path> find(@Nullable Path named, Map<String, String> environment) {
        if (named != null) {
            return Optional.of(named);
        }
        String variable = environment.get("AF_CONFIG");
        if (variable != null && !variable.isEmpty()) {
            return Optional.of(Path.of(variable));
        }
        Path home = Path.of(System.getProperty("user.home", "."));
        for (Path usual : List.of(
                Path.of("af.properties"), home.resolve(".config/af/af.properties"), Path.of("/etc/af/af.properties"))) {
            if (Files.isRegularFile(usual)) {
                return Optional.of(usual);
            }
        }
        return Optional.empty();
    }
}
