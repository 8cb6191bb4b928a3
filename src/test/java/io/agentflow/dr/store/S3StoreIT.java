package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.testing.HttpFaults;
import io.agentflow.dr.testing.S3Server;
import java.io.IOException;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** S3Proxy, which checks signatures and conditions. */
class S3StoreIT extends S3StoreContract {
    @Override
    S3Server server() {
        return S3Server.shared();
    }

    @Test
    void whoRefusesWillDoSoAgain() {
        System.setProperty("aws.secretAccessKey", "wrong");
        try (ObjectStore refusing = open(uri)) {
            AfException failure =
                    catchThrowableOfType(AfException.class, () -> refusing.put(KEY, ObjectContent.of(bytes(LARGE))));
            assertThat(failure.retryable()).isFalse();
            assertThat(failure.getMessage()).doesNotContain("wrong");
        } finally {
            System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
        }
    }

    @Test
    void aStoreThatIsAwayForAWhileGetsWhatWasHandedOverInTheEnd() throws IOException {
        BackupPath schema = new BackupPath("schema.dump.gz");
        try (HttpFaults network = HttpFaults.before(server.port());
                ObjectStore far = at(network.port())) {
            network.answer(20, "^PUT .*schema", 503, "SlowDown");
            BackupStore store = over(far);
            try (Built built = new Built(store.begin(ID), new TreeMap<>())) {
                write(built, schema, "the schema");
                built.partial().handOver(schema, required(built, schema));
                assertThatThrownBy(built.partial()::handedOver).isInstanceOf(StoreUnreachable.class);
                assertThat(built.file(schema)).exists();

                network.heal();
                assertThat(built.partial().handedOver()).hasSize(1);
                assertThat(built.file(schema)).doesNotExist();
            }
        }
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aStoreThatRefusesOneFileIsOfferedNoOther() throws IOException {
        BackupPath schema = new BackupPath("schema.dump.gz");
        try (HttpFaults network = HttpFaults.before(server.port());
                ObjectStore far = at(network.port())) {
            network.answer(Integer.MAX_VALUE, "^PUT .*schema", 403, "AccessDenied");
            BackupStore store = over(far);
            try (Built built = new Built(store.begin(ID), new TreeMap<>())) {
                write(built, schema, "the schema");
                built.partial().handOver(schema, required(built, schema));
                assertThatThrownBy(built.partial()::handedOver).isInstanceOf(StoreUnreachable.class);
                assertThatThrownBy(() -> built.partial().finished(schema, required(built, schema)))
                        .isInstanceOf(StoreUnreachable.class);
            }
        }
    }
}
