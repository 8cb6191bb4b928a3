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
import io.agentflow.dr.route.RouteStore;
import io.agentflow.dr.route.RouteTexts;
import io.agentflow.dr.route.Routes;
import io.agentflow.dr.route.SftpFiles;
import io.agentflow.dr.route.SizedBody;
import io.agentflow.dr.testing.Project;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store of routes must do, and what {@link RouteStore} keeps although a route does not. */
abstract class RouteStoreContract extends BackupStoreContract {
    static final ObjectKey KEY = new ObjectKey(ID, new BackupPath("data/1.dat"));
    static final int LARGE = 11 * 1024 * 1024;

    @TempDir
    Path parent;

    /** The routes of the example, loaded from its folder. */
    static Routes example(String name, String address) {
        return started(name, address, Map.of());
    }

    /** The same with other texts for some of them. */
    static Routes started(String name, String address, Map<String, String> others) {
        Map<Path, String> files = new HashMap<>();
        RouteTexts.read(Project.file("routes/examples/store-" + name), Project.file("routes/errors"))
                .files()
                .forEach((file, text) -> {
                    String called = String.valueOf(file.getFileName());
                    if (called.startsWith("store-") || called.startsWith("caller-decides")) {
                        files.put(file, others.getOrDefault(called, text));
                    }
                });
        Properties values = new Properties();
        values.setProperty("af.route." + name, address);
        return Routes.ofStore(
                new RouteTexts(files),
                RouteStore.routesOf(StoreUri.parse("route:" + name)),
                Map.of("sftpFiles", new SftpFiles(), "sizedBody", new SizedBody()),
                values);
    }

    /** The name of the example. */
    abstract String example();

    /** The example's routes against its server. */
    abstract Routes routes();

    /** The folder of the server, as the server has it. */
    abstract Path remote();

    ObjectStore objects() {
        return objects(routes());
    }

    ObjectStore objects(Routes routes) {
        return new RouteStore(StoreUri.parse("route:" + example()), () -> routes, text -> text);
    }

    private DirectoryStore staging() {
        return new DirectoryStore(parent.resolve("staging"), DirectoryPermissions.OWNER);
    }

    @Override
    BackupStore store() {
        return new ObjectBackupStore(objects(), StoreUri.parse("route:" + example()), staging(), Clock.systemUTC());
    }

    /** Folders that are empty do not count. */
    @Override
    List<String> leftovers() throws IOException {
        List<String> published = store().ids().stream().map(BackupId::text).toList();
        try (Stream<Path> all = Files.walk(remote())) {
            Stream<String> files = all.filter(Files::isRegularFile)
                    .map(file -> remote().relativize(file).toString())
                    .filter(file -> published.stream().noneMatch(file::startsWith) || file.endsWith(".part"));
            return Stream.concat(files, staging().remains().stream().map(Path::toString))
                    .toList();
        }
    }

    @Override
    void put(List<BackupId> ids) throws IOException {
        for (BackupId id : ids) {
            Files.createFile(
                    Files.createDirectories(remote().resolve(id.text())).resolve("manifest.json"));
        }
    }

    static byte[] large() {
        byte[] bytes = new byte[LARGE];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    private static ObjectContent wrong(int length) {
        byte[] other = new byte[length];
        return new ObjectContent(
                new Digested(length, Sha256.of(new byte[] {1})), from -> new ByteArrayInputStream(other));
    }

    @Test
    void aLargeFileIsStoredAsItIsAndReadFromTheMiddle() throws IOException {
        ObjectContent content = ObjectContent.of(large());

        assertThat(objects().put(KEY, content).bytes()).isEqualTo(LARGE);

        assertThat(Sha256.of(Files.readAllBytes(remote().resolve(KEY.text())))).isEqualTo(content.sha256());
        try (InputStream end = objects().open(KEY, LARGE - 3L)) {
            assertThat(end.readAllBytes()).hasSize(3);
        }
        assertThatThrownBy(() -> objects().put(KEY, ObjectContent.of(new byte[LARGE])))
                .isInstanceOf(ObjectExists.class);
        assertThat(objects().stat(KEY)).get().extracting(StoredObject::bytes).isEqualTo((long) LARGE);
    }

    @Test
    void bytesThatAreNotWhatWasDigestedAreNotStored() throws IOException {
        for (int length : new int[] {1000, LARGE}) {
            assertThatThrownBy(() -> objects().put(KEY, wrong(length))).isInstanceOf(ObjectDamaged.class);
            assertThat(objects().stat(KEY)).isEmpty();
        }
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void anUploadThatBreaksOffLeavesNothing() throws IOException {
        byte[] half = large();
        ObjectContent broken = new ObjectContent(new Digested(2L * LARGE, Sha256.of(half)), from -> new InputStream() {
            private final InputStream begin = new ByteArrayInputStream(half);

            @Override
            public int read() throws IOException {
                throw new IOException("not asked for");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = begin.read(buffer, offset, length);
                if (count < 0) {
                    throw new IOException("the disk is broken");
                }
                return count;
            }
        });

        assertThatThrownBy(() -> objects().put(KEY, broken)).isInstanceOf(AfException.class);

        assertThat(objects().stat(KEY)).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aRouteThatLiesIsFoundOut() throws IOException {
        String put = "store-" + example() + "-put";
        String begin = """
                - route:
                    id: %1$s
                    description: Says that it is done.
                    routeConfigurationId: caller-decides
                    from:
                      uri: direct:%1$s
                      steps:
                """.formatted(put);
        String nothing = begin + "        - log: { id: lie, message: done }\n";
        String other = begin + """
                        - setBody: { id: lie, expression: { constant: { expression: "%s" } } }
                        - to:
                            id: lie-file
                            uri: file:%s
                """.formatted("x".repeat(1000), remote());

        for (String lie : List.of(nothing, other)) {
            AfException found;
            try (Routes lying = lying(lie)) {
                found = catchThrowableOfType(
                        AfException.class, () -> objects(lying).put(KEY, ObjectContent.of(new byte[1000])));
            }
            assertThat(found.exitCode())
                    .isEqualTo(lie.equals(other) ? ExitCode.VERIFICATION_FAILED : ExitCode.UNREACHABLE);
            assertThat(found.getMessage()).contains(KEY.text()).containsAnyOf("holds something else", "is not there");
            assertThat(objects().stat(KEY)).isEmpty();
            try (Routes lying = lying(lie)) {
                assertThat(check(lying)).hasSize(1).noneMatch(StoreCheck.Result::kept);
            }
        }
        assertThat(leftovers()).isEmpty();
    }

    private List<StoreCheck.Result> check(Routes routes) {
        BackupStore broken = new ObjectBackupStore(
                objects(routes), StoreUri.parse("route:" + example()), staging(), Clock.systemUTC());
        return new StoreCheck(broken, new Random(1), 20).run(told -> {});
    }

    /** The example with this route for its put. */
    abstract Routes lying(String put);
}
