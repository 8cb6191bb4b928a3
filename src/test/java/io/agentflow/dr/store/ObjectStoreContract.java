package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.testing.HttpFaults;
import io.agentflow.dr.testing.Port;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the object stores of all clouds must do; each is spoken to by its own client, over HTTP. */
abstract class ObjectStoreContract extends BackupStoreContract {
    /** Several parts, blocks or chunks, and some. */
    static final int LARGE = 11 * 1024 * 1024 + 4711;

    static final ObjectKey KEY = new ObjectKey(ID, new BackupPath("data/1.dat"));

    @TempDir
    Path parent;

    final String prefix = "contract/" + UUID.randomUUID();

    /**
     * Where the backups go.
     *
     * @param uri its address
     * @param port at which its server listens
     */
    record Place(String uri, ObjectStore objects, int port) {}

    abstract Place place();

    /** The same place by way of another port. */
    abstract ObjectStore at(int port);

    /** The names of all that the server has of the place, within it, and what of uploads that were not ended. */
    abstract List<String> held();

    @Override
    List<String> leftovers() throws IOException {
        List<BackupId> published = store().ids();
        return Stream.concat(
                        held().stream().filter(name -> published.stream().noneMatch(id -> name.startsWith(id.text()))),
                        staging().remains().stream().map(Path::toString))
                .toList();
    }

    DirectoryStore staging() {
        return new DirectoryStore(parent.resolve("staging"), DirectoryPermissions.OWNER);
    }

    BackupStore over(ObjectStore some) {
        return new ObjectBackupStore(some, StoreUri.parse(place().uri()), staging(), Clock.systemUTC());
    }

    @Override
    BackupStore store() {
        return over(place().objects());
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aListOfBackupsTakesOneRequestAndOneWithoutItsEntryIsAskedFor() throws IOException {
        publish(ID);
        publish(LATER);
        store().addEvidence(ID, "20261123T025149Z-verified-aaaa.json", new byte[] {'{', '}'});
        try (HttpFaults network = HttpFaults.before(place().port());
                ObjectStore far = at(network.port())) {
            BackupStore store = over(far);
            assertThat(store.each((id, evidence, manifest) -> id + " " + evidence))
                    .containsExactly(LATER + " []", ID + " [20261123T025149Z-verified-aaaa.json]");
            assertThat(store.ids()).containsExactly(LATER, ID);
            assertThat(network.requests(".")).hasSize(2);

            try (Stream<String> names = place().objects().names()) {
                names.filter(name -> name.contains(".head.")).forEach(place().objects()::unmark);
            }

            assertThat(store.each((id, evidence, manifest) -> id + " " + evidence))
                    .containsExactly(LATER + " []", ID + " [20261123T025149Z-verified-aaaa.json]");
            assertThat(store.ids()).containsExactly(LATER, ID);
        }
    }

    @Test
    void bytesThatAreNotWhatWasDigestedAreNotStored() {
        for (int length : new int[] {1000, LARGE}) {
            byte[] other = new byte[length];
            ObjectContent wrong = new ObjectContent(
                    new Digested(length, Sha256.of(new byte[] {1})),
                    from -> new ByteArrayInputStream(other, (int) from, length - (int) from));

            assertThatThrownBy(() -> place().objects().put(KEY, wrong)).isInstanceOf(ObjectDamaged.class);

            assertThat(place().objects().stat(KEY)).isEmpty();
        }
    }

    @Test
    void aFileWhoseBytesChangedAtTheSameLengthIsNotPublished() throws IOException {
        try (Built built = built(ID)) {
            Path schema = built.file(new BackupPath("schema.dump.gz"));
            byte[] bytes = Files.readAllBytes(schema);
            bytes[0] ^= 1;
            Files.write(schema, bytes);
            assertThatThrownBy(built::publish).isInstanceOf(ObjectDamaged.class);
        }

        assertThat(store().ids()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatIsHandedOverLeavesThisMachineAndIsPublished() throws IOException {
        BackupPath schema = new BackupPath("schema.dump.gz");
        try (Built built = built(ID)) {
            built.partial().handOver(schema, required(built, schema));

            assertThat(built.partial().handedOver()).containsOnly(Map.entry(schema, required(built, schema)));
            assertThat(built.file(schema)).doesNotExist();
            built.publish();
        }

        assertThat(store().ids()).containsExactly(ID);
        assertThat(store().files(ID)).extracting(StoredFile::path).contains("schema.dump.gz");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whoDoesNotAnswerMayLater() {
        try (ObjectStore away = at(Port.free())) {
            AfException failure = catchThrowableOfType(AfException.class, () -> away.stat(KEY));
            assertThat(failure.retryable()).isTrue();
            assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        }
    }
}
