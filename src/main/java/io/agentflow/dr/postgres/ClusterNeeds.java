package io.agentflow.dr.postgres;

import java.util.List;

/** What a cluster must have before this backup can be restored into it. */
public record ClusterNeeds(
        List<String> roles,
        List<Extension> extensions,
        List<String> tablespaces,
        List<String> languages,
        List<String> foreignServers) {

    /** An extension, its version, and the schema its objects are in. */
    public record Extension(String name, String version, String schema) {}

    public ClusterNeeds {
        roles = List.copyOf(roles);
        extensions = List.copyOf(extensions);
        tablespaces = List.copyOf(tablespaces);
        languages = List.copyOf(languages);
        foreignServers = List.copyOf(foreignServers);
    }
}
