package io.agentflow.dr.store;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.UsageError;
import java.util.Collections;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An empty file or object at the top of a store, {@code af-store.<uuid>}, by which the place is known however it is
 * addressed: a bucket has many names, and a disk that is not mounted leaves a folder behind.
 */
public final class PlaceMark {
    private static final Logger LOG = LoggerFactory.getLogger(PlaceMark.class);
    private static final String NAME = "af-store.";

    private PlaceMark() {}

    /** A name that no other place has. */
    static String fresh() {
        return NAME + UUID.randomUUID();
    }

    static boolean isMark(String name) {
        return name.startsWith(NAME) && name.length() > NAME.length();
    }

    static Set<String> among(Stream<String> names) {
        return names.filter(PlaceMark::isMark).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns if these are two places. Both are marked as far as they are there, so that it can be told; if that is not
     * allowed, and neither has a mark, both may be one.
     *
     * @param one that is there, or is made by this
     * @throws UsageError if they are one
     */
    public static void requireApart(BackupStore one, BackupStore other) {
        if (one.place().equals(other.place())
                || !Collections.disjoint(marked(one), other.present() ? marked(other) : other.marks())) {
            throw new UsageError(
                    one.name().equals(other.name())
                            ? "both stores are " + one.name()
                            : one.name() + " and " + other.name() + " are one and the same place",
                    "Two stores must be two places. If one was made by copying the other's files, delete what is called "
                            + NAME + "… at the top of the copy.");
        }
    }

    private static Set<String> marked(BackupStore store) {
        try {
            return store.mark();
        } catch (AfException e) {
            LOG.debug("{} cannot be marked", store.name(), e);
            return store.marks();
        }
    }
}
