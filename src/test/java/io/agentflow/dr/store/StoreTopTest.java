package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.testing.GoldenBackup;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTopTest {
    private static final BackupId ID = GoldenBackup.ID;

    @TempDir
    Path folder;

    private static StoreTop of(String... names) {
        ObjectStore store = (ObjectStore) Proxy.newProxyInstance(
                StoreTopTest.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("names");
                    return Stream.of(names);
                });
        return StoreTop.of(store);
    }

    private Path golden() throws IOException {
        return Files.createDirectory(folder.resolve("golden"));
    }

    @Test
    void theHeadOfAManifestComesBackFromItsName() throws IOException {
        Path manifest = GoldenBackup.copyInto(golden()).resolve("manifest.json");
        String name = StoreTop.headName(ID, manifest).orElseThrow();

        StoreTop top = of(ID + "/", name, StoreTop.evidenceName(ID, "20261123T025149Z-verified-aaaa.json"));

        assertThat(name).hasSizeLessThan(200);
        assertThat(top.published(ID)).isTrue();
        assertThat(top.evidence(ID)).containsExactly("20261123T025149Z-verified-aaaa.json");
        try (InputStream head = top.head(ID).orElseThrow().open();
                InputStream whole = Files.newInputStream(manifest)) {
            assertThat(ManifestHead.read(head, true)).isEqualTo(ManifestHead.read(whole, true));
        }
    }

    @Test
    void whatLiesThereWithoutAFolderIsNoBackupAndTheNewestIsFirst() {
        StoreTop top = of(
                "20261123T025149Z-aaaa.head.x",
                "20261123T025149Z-bbbb/",
                "20261124T025149Z-cccc/",
                "other/",
                "x.y",
                ".z");

        assertThat(top.backups())
                .isEqualTo(List.of(new BackupId("20261124T025149Z-cccc"), new BackupId("20261123T025149Z-bbbb")));
        assertThat(top.published(new BackupId("20261123T025149Z-bbbb"))).isFalse();
    }

    @Test
    void aHeadThatDoesNotFitIsLeftOutAndADamagedOneIsSaidToBe() throws IOException {
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        assertThat(StoreTop.headName(ID, Files.write(folder.resolve("noise"), noise)))
                .isEmpty();

        for (String damaged : List.of("%%%", "ZZZZ", "")) {
            BackupStore.Opening head =
                    of(ID + "/", ID + ".head." + damaged).head(ID).orElseThrow();
            assertThatThrownBy(() -> head.open()).isInstanceOf(IOException.class);
        }
    }
}
