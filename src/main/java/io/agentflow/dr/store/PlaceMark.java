package io.agentflow.dr.store;

import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An empty file or object at the top of a store, {@code af-store.<uuid>}, by which the place is known however it is
 * addressed: a bucket has many names, and a disk that is not mounted leaves a folder behind.
 */
final class PlaceMark {
    static final String NAME = "af-store.";

    private PlaceMark() {}

    /** A name that no other place has. */
    static String fresh() {
        return NAME + UUID.randomUUID();
    }

    static Set<String> among(Stream<String> names) {
        return names.filter(name -> name.startsWith(NAME) && name.length() > NAME.length())
                .collect(Collectors.toUnmodifiableSet());
    }
}
