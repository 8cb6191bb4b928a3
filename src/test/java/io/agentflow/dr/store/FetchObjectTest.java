package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.testing.FaultyStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchObjectTest {
    private static final ObjectKey KEY = new ObjectKey("backup/data");

    @TempDir
    Path root;

    private final byte[] bytes = new byte[500_000];
    private final ByteArrayOutputStream fetched = new ByteArrayOutputStream();
    private ObjectContent content;
    private FaultyStore store;

    @BeforeEach
    void put() {
        new Random(7).nextBytes(bytes);
        content = ObjectContent.of(bytes);
        store = new FaultyStore(new FolderStore(root, DirectoryPermissions.OWNER));
        store.put(KEY, content);
    }

    private void fetch() throws IOException {
        new FetchObject(store, Duration.ofMillis(1)).fetch(KEY, content.digested(), fetched);
    }

    @Test
    void row30_aCutDownloadGoesOnWhereItWas() throws IOException {
        store.cut(3, 150_000);

        fetch();

        assertThat(fetched.toByteArray()).isEqualTo(bytes);
        assertThat(store.opens()).isEqualTo(4);
    }

    @Test
    void row30_aStoreThatIsAwayForAMomentIsAskedAgain() throws IOException {
        store.failOpens(ResumingStream.TRIES - 1);

        fetch();

        assertThat(fetched.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void row30_aStoreThatStaysAwayIsUnreachable() {
        store.failOpens(100);

        assertThatThrownBy(this::fetch)
                .isInstanceOfSatisfying(
                        StoreUnreachable.class, e -> assertThat(e.retryable()).isTrue());
        assertThat(store.opens()).isEqualTo(ResumingStream.TRIES);
    }

    @Test
    void row30_aStoreThatRefusesIsAskedOnce() {
        store.failOpens(100).forGood();

        assertThatThrownBy(this::fetch)
                .isInstanceOfSatisfying(
                        StoreUnreachable.class, e -> assertThat(e.retryable()).isFalse());
        assertThat(store.opens()).isEqualTo(1);
    }

    @Test
    void aFlippedBitIsNoticed() {
        store.flip(499_999);

        assertThatThrownBy(this::fetch).isInstanceOf(ObjectDamaged.class).hasMessageContaining("backup/data");
    }

    @Test
    void anObjectThatIsLongerThanItShouldBeIsNotTakenIn() {
        ObjectKey longer = new ObjectKey("longer");
        store.put(longer, content);

        assertThatThrownBy(() -> new FetchObject(store).read(longer, 100, fetched, count -> {}))
                .isInstanceOf(ObjectDamaged.class);
        assertThat(fetched.size()).isLessThanOrEqualTo(100);
    }
}
