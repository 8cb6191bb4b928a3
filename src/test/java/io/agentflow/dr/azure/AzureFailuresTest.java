package io.agentflow.dr.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.store.StoreUri;
import io.agentflow.dr.testing.AzureServer;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.Exceptions;

class AzureFailuresTest {
    /** The JDK's client says so of an unknown host, and does not name it. */
    @Test
    void anUnknownHostIsToldAsOne() {
        Throwable unknown = new ConnectException().initCause(new UnresolvedAddressException());
        AzureKind azure = new AzureKind(AzureServer.settings(Map.of("AZURE_STORAGE_KEY", AzureServer.KEY)), 100);
        try (ObjectStore store =
                azure.open(StoreUri.parse("azure://dr/app?endpoint=https://azure.invalid/a"), Clock.systemUTC())) {

            RuntimeException told = AzureFailures.of(store, Exceptions.propagate(unknown));

            assertThat(told)
                    .isInstanceOf(StoreUnreachable.class)
                    .hasMessageContaining("azure://dr/app did not answer: its host is unknown");
        }
    }
}
