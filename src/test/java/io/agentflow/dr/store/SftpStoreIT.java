package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.route.Routes;
import io.agentflow.dr.testing.LocalSshd;
import io.agentflow.dr.testing.SmallDisk;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract by the routes of {@code routes/examples/store-sftp}, against OpenSSH's server. */
class SftpStoreIT extends RouteStoreContract {
    private static final String NAME = "sftp";

    @TempDir
    static Path keys;

    private static LocalSshd sshd;

    @TempDir
    Path remote;

    private Routes routes;

    @BeforeAll
    static void start() {
        sshd = LocalSshd.start(keys);
    }

    @AfterAll
    static void stop() {
        sshd.close();
    }

    @BeforeEach
    void begin() {
        routes = example(NAME, sshd.store(remote));
    }

    @AfterEach
    void close() {
        routes.close();
    }

    @Override
    String example() {
        return NAME;
    }

    @Override
    Routes routes() {
        return routes;
    }

    @Override
    Path remote() {
        return remote;
    }

    @Override
    Routes lying(String put) {
        return started(NAME, sshd.store(remote), Map.of("store-sftp-put.camel.yaml", put));
    }

    /** Something is done when half of it has been sent. */
    private static ObjectContent interrupted(byte[] bytes, Runnable half) {
        AtomicBoolean done = new AtomicBoolean();
        return new ObjectContent(
                new Digested(bytes.length, Sha256.of(bytes)),
                from -> new FilterInputStream(new ByteArrayInputStream(bytes)) {
                    private int left = bytes.length / 2;

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        int count = super.read(buffer, offset, length);
                        left -= count;
                        if (left < 0 && done.compareAndSet(false, true)) {
                            half.run();
                        }
                        return count;
                    }
                });
    }

    @Test
    void anUploadWhoseSessionIsKilledIsSentAgain() throws IOException {
        byte[] bytes = large();

        objects().put(KEY, interrupted(bytes, sshd::dropSessions));

        assertThat(Files.readAllBytes(remote.resolve(KEY.text()))).isEqualTo(bytes);
        objects().abortUploads(ID);
        assertThat(leftovers()).containsExactly(KEY.text());
    }

    @Test
    void aServerThatIsKilledDuringAnUploadHasNothingUnderTheName(@TempDir Path ownKeys) throws IOException {
        LocalSshd own = LocalSshd.start(ownKeys);
        try (Routes toIt = example(NAME, own.store(remote) + "&maximumReconnectAttempts=0")) {
            StoreUnreachable failure = catchThrowableOfType(
                    StoreUnreachable.class, () -> objects(toIt).put(KEY, interrupted(large(), own::kill)));

            assertThat(failure.retryable()).isTrue();
            assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        }
        assertThat(objects().stat(KEY)).isEmpty();
        assertThat(store().ids()).isEmpty();
        objects().abortUploads(ID);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aReadWhoseSessionIsKilledGoesOnWhereItWas() throws IOException {
        byte[] bytes = large();
        objects().put(KEY, ObjectContent.of(bytes));

        try (InputStream object = new ResumingStream(objects(), KEY, Duration.ofMillis(50))) {
            byte[] begin = object.readNBytes(LARGE / 4);
            sshd.dropSessions();
            byte[] rest = object.readAllBytes();

            assertThat(begin.length + rest.length).isEqualTo(LARGE);
            assertThat(Arrays.copyOfRange(bytes, begin.length, LARGE)).isEqualTo(rest);
        }
    }

    @Test
    void aDiskThatIsFullAtTheFarEndIsSaidToBeAndLeavesNothing() throws IOException {
        try (SmallDisk disk = SmallDisk.ofMegabytes(8);
                Routes toIt = example(NAME, sshd.store(disk.path()))) {
            assertThatThrownBy(() -> objects(toIt).put(KEY, ObjectContent.of(large())))
                    .isInstanceOf(StoreUnreachable.class)
                    .hasMessageContaining("store-sftp-put");

            assertThat(objects(toIt).stat(KEY)).isEmpty();
            try (Stream<Path> left = Files.walk(disk.path())) {
                assertThat(left.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }

    @Test
    void whoMayNotWriteThereIsTold() {
        try (Routes refused = example(NAME, sshd.store(Path.of("/proc/1")))) {
            StoreUnreachable failure = catchThrowableOfType(
                    StoreUnreachable.class, () -> objects(refused).put(KEY, ObjectContent.of(new byte[10])));

            assertThat(failure.getMessage()).contains("store-sftp-put");
        }
    }
}
