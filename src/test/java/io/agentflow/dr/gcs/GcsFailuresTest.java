package io.agentflow.dr.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.storage.StorageException;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUri;
import java.net.UnknownHostException;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class GcsFailuresTest {
    @Test
    void anUnknownHostIsNamed() {
        try (ObjectStore store = new GcsKind().open(StoreUri.parse("gs://dr/app"), Clock.systemUTC())) {
            AfException told =
                    GcsFailures.of(store, new StorageException(new UnknownHostException("storage.googleapis.com")));

            assertThat(told.fact())
                    .isEqualTo("the store gs://dr/app did not answer: its host storage.googleapis.com is unknown");
            assertThat(told.retryable()).isTrue();
        }
    }
}
