package io.agentflow.dr.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.testing.GoldenBackup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleTest {
    @TempDir
    Path store;

    private Manifest manifest() throws IOException {
        try (InputStream json = Files.newInputStream(Manifest.FILE.in(GoldenBackup.copyInto(store)))) {
            return ManifestJson.read(json);
        }
    }

    @Test
    void holdsItsShareOfTheBytesAndTheTableOfContentsAndNoFileTwice() throws IOException {
        Manifest manifest = manifest();
        long all = bytes(manifest.files());
        for (double percent : new double[] {0.001, 10, 50, 99.9}) {
            List<FileEntry> chosen = new Sample(new Random(7), new VerifyExtent(percent)).of(manifest);

            assertThat(bytes(chosen)).isGreaterThanOrEqualTo((long) (all * percent / 100));
            assertThat(chosen)
                    .doesNotHaveDuplicates()
                    .anyMatch(file -> file.path().text().equals("data/toc.dat"));
            assertThat(chosen.size()).isLessThanOrEqualTo(manifest.files().size());
        }
        assertThat(new Sample(new Random(7), VerifyExtent.SIZES).of(manifest)).isEmpty();
    }

    @Test
    void takesOthersEachTimeSoThatAllAreReadByAndBy() throws IOException {
        Manifest manifest = manifest();
        Random random = new Random(8);
        Set<FileEntry> read = new HashSet<>();
        for (int time = 0; time < 200; time++) {
            read.addAll(new Sample(random, new VerifyExtent(5)).of(manifest));
        }
        assertThat(read).containsAll(manifest.files());
    }

    private static long bytes(List<FileEntry> files) {
        return files.stream().mapToLong(FileEntry::bytes).sum();
    }

    @Test
    void anExtentIsAShareOrNothing() {
        assertThat(VerifyExtent.of("10%", false)).isEqualTo(new VerifyExtent(10));
        assertThat(VerifyExtent.of("0.5", false)).isEqualTo(new VerifyExtent(0.5));
        assertThat(VerifyExtent.of("100%", false).whole()).isTrue();
        assertThat(VerifyExtent.of(null, true)).isEqualTo(VerifyExtent.SIZES);
        assertThat(VerifyExtent.of(null, false)).isEqualTo(VerifyExtent.WHOLE);
        for (String wrong : List.of("0%", "101%", "-1", "ten", "1e2", "")) {
            assertThatThrownBy(() -> VerifyExtent.of(wrong, false)).isInstanceOf(UsageError.class);
        }
        assertThatThrownBy(() -> VerifyExtent.of("10%", true)).isInstanceOf(UsageError.class);
    }
}
