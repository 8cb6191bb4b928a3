package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.s3.S3Kind;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class UnknownHostTest {
    private static final ObjectStore STORE = (ObjectStore) Proxy.newProxyInstance(
            UnknownHostTest.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, given) -> "s3://dr/app");

    @Test
    void s3SaysThatItsHostIsUnknown() {
        System.setProperty("aws.accessKeyId", "k");
        System.setProperty("aws.secretAccessKey", "s");
        try (ObjectStore store = new S3Kind()
                .open(StoreUri.parse("s3://dr/app?region=us-east-1&endpoint=https://s3.invalid"), Clock.systemUTC())) {
            assertThatThrownBy(() -> store.names().count())
                    .hasMessageContaining("s3://dr/app did not answer: its host s3.invalid is unknown");
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void aNameServerThatIsAwayMayComeBack() {
        IOException failure =
                new IOException(new UnknownHostException("h.example: Temporary failure in name resolution"));

        StoreUnreachable told = StoreUnreachable.passing(STORE, "no", failure);

        assertThat(told.fact()).isEqualTo("the store s3://dr/app did not answer: its host h.example is unknown");
        assertThat(told.hint())
                .isEqualTo("Check the names in its URI (bucket or account, region, endpoint), and this machine's DNS.");
        assertThat(told.retryable()).isTrue();
    }

    @Test
    void aHostThatTheClientDoesNotNameIsUnknownAllTheSame() {
        Throwable failure = new ConnectException().initCause(new UnresolvedAddressException());

        assertThat(StoreUnreachable.passing(STORE, "ConnectException", failure).fact())
                .endsWith("did not answer: its host is unknown");
    }

    @Test
    void anotherFailureIsToldAsItIs() {
        assertThat(StoreUnreachable.passing(STORE, "503", new IOException("503"))
                        .fact())
                .endsWith("did not answer as it should: 503");
    }
}
