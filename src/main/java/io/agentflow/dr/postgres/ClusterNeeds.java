package io.agentflow.dr.postgres;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What a cluster must have before this backup can be restored into it.
 *
 * @param labelProviders who understands the security labels of the database; none in older backups
 */
public record ClusterNeeds(
        List<String> roles,
        List<Extension> extensions,
        List<String> tablespaces,
        List<String> languages,
        List<String> foreignServers,

        @JsonProperty(required = false) @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> labelProviders) {

    /** An extension, its version, and the schema its objects are in. */
    public record Extension(String name, String version, String schema) {}

    public ClusterNeeds {
        roles = List.copyOf(roles);
        extensions = List.copyOf(extensions);
        tablespaces = List.copyOf(tablespaces);
        languages = List.copyOf(languages);
        foreignServers = List.copyOf(foreignServers);
        // A backup without labels does not speak of them.
        labelProviders = labelProviders == null ? List.of() : List.copyOf(labelProviders);
    }
}
