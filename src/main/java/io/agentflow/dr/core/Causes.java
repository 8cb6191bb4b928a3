package io.agentflow.dr.core;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What lies beneath a failure. */
public final class Causes {
    private Causes() {}

    /** The failure itself, its cause, the cause of that, and so on. */
    public static Stream<Throwable> of(@Nullable Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }

    /** The first of a kind among them. */
    public static <T extends Throwable> Optional<T> first(@Nullable Throwable failure, Class<T> kind) {
        return of(failure).filter(kind::isInstance).map(kind::cast).findFirst();
    }

    /** The last of them, which no other one has caused. */
    public static Throwable root(Throwable failure) {
        return of(failure).reduce(failure, (above, beneath) -> beneath);
    }
}
