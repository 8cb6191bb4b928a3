package io.agentflow.dr.store;

import io.agentflow.dr.core.Causes;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A host that no name server knew, where that is what lies beneath a failure; some clients do not say which it is. */
record UnknownHost(String name) {
    /** The one beneath; empty if another thing went wrong. */
    static Optional<UnknownHost> beneath(@Nullable Throwable failure) {
        return Causes.first(failure, UnknownHostException.class)
                .map(unknown -> new UnknownHost(named(unknown.getMessage())))
                .or(() ->
                        Causes.first(failure, UnresolvedAddressException.class).map(none -> new UnknownHost("")));
    }

    /** What the system said may stand behind the name. */
    private static String named(@Nullable String message) {
        return message == null ? "" : message.replaceFirst(":? .*", "");
    }

    String words() {
        return name.isEmpty() ? "its host is unknown" : "its host " + name + " is unknown";
    }
}
