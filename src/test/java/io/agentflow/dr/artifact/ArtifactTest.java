package io.agentflow.dr.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactTest {
    @TempDir
    Path folder;

    @Property(tries = 200)
    void whatIsCompressedComesBack(@ForAll byte[] content, @ForAll @IntRange(max = 9) int level) throws IOException {
        byte[] compressed = new GzipCompressingStream(new ByteArrayInputStream(content), level).readAllBytes();

        assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed)).readAllBytes())
                .isEqualTo(content);
    }

    @Test
    void aWriteYieldsSizeAndDigestOfWhatIsOnTheDisk() throws IOException {
        byte[] content = "some dump".getBytes(java.nio.charset.StandardCharsets.UTF_8);

        Digested written = DurableFile.write(folder.resolve("file"), content);

        assertThat(written).isEqualTo(new Digested(content.length, Sha256.of(content)));
        assertThat(FileDigest.of(folder.resolve("file"))).isEqualTo(written);
    }

    @Test
    void aSourceThatFailsLeavesNoFile() throws IOException {
        InputStream broken = new InputStream() {
            private int given;

            @Override
            public int read() throws IOException {
                if (given++ > 100_000) {
                    throw new IOException("pg_dump ended with exit code 1");
                }
                return 'x';
            }
        };

        assertThatThrownBy(() -> DurableFile.write(folder.resolve("file"), broken))
                .hasMessageContaining("exit code 1");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void nothingIsReadThroughALink() throws IOException {
        Files.writeString(folder.resolve("secret"), "x");
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("secret"));

        assertThatThrownBy(() -> FileDigest.of(folder.resolve("link"))).isInstanceOf(IOException.class);
    }
}
