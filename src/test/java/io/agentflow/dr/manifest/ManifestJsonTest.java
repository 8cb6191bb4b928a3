package io.agentflow.dr.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.agentflow.dr.testing.GoldenBackup;
import io.agentflow.dr.testing.Project;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestJsonTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final byte[] golden = read();

    private static byte[] read() {
        try {
            return Files.readAllBytes(GoldenBackup.folder().resolve("manifest.json"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void writesWhatItReadByteForByte() {
        assertThat(new String(ManifestJson.write(manifest(golden)), StandardCharsets.UTF_8))
                .isEqualTo(new String(golden, StandardCharsets.UTF_8));
    }

    @Test
    void fitsItsJsonSchema() throws IOException {
        JsonNode schema =
                JSON.readTree(Project.file("docs/manifest.schema.json").toFile());
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(schema)
                        .validate(JSON.readTree(golden)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"m1:1:-2,true", "m2:1:-2,true", "m2:1:-2+-3:4,true", "m1:1:-2+3:4,false", "m2:1:-2+3,false"})
    void itsJsonSchemaKnowsWhatAFingerprintIs(String fingerprint, boolean fits) throws IOException {
        JsonNode schema =
                JSON.readTree(Project.file("docs/manifest.schema.json").toFile());
        byte[] manifest = changed(m -> ((ObjectNode) m.at("/tables/0")).put("fingerprint", fingerprint));

        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(schema)
                        .validate(JSON.readTree(manifest))
                        .isEmpty())
                .isEqualTo(fits);
    }

    @Test
    void readsTheHeadWithoutTheRest() {
        byte[] head = Arrays.copyOf(golden, new String(golden, StandardCharsets.UTF_8).indexOf("\"operation\""));

        ManifestHead read = ManifestHead.read(new ByteArrayInputStream(head), true);

        assertThat(read.id()).isEqualTo(GoldenBackup.ID);
        assertThat(read.summary().rows()).isEqualTo(120);
        assertThat(read.summary().components()).isNotEmpty();

        ManifestHead brief = ManifestHead.read(new ByteArrayInputStream(head), false);

        assertThat(brief.summary().rows()).isEqualTo(120);
        assertThat(brief.summary().bytes()).isEqualTo(read.summary().bytes());
        assertThat(brief.summary().components()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "/etc/passwd",
                "data/../../x",
                "C:\\x",
                "data\\x",
                "x\u0000y",
                "a/b/c",
                ".hidden",
                "-rf",
                "",
                "data/"
            })
    void row07_refusesAPathThatCouldEscape(String path) {
        byte[] hostile = changed(m -> ((ObjectNode) m.at("/components/0/files/0")).put("path", path));

        assertThatThrownBy(() -> manifest(hostile))
                .isInstanceOf(ManifestDamagedException.class)
                .hasMessageContaining("path");
    }

    @Test
    void row07_refusesANameOfFourKibibytesAndDoesNotRepeatIt() {
        byte[] hostile = changed(m -> ((ObjectNode) m.at("/components/0/files/0")).put("path", "x".repeat(4096)));

        assertThatThrownBy(() -> manifest(hostile))
                .isInstanceOf(ManifestDamagedException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
    }

    @Test
    void row08_namesTheNewerFormat() {
        byte[] newer = changed(m -> ((ObjectNode) m).put("formatVersion", 2));

        assertThatThrownBy(() -> manifest(newer)).hasMessageContaining("format 2");
    }

    @Test
    void row08_namesTheUnknownField() {
        byte[] unknown = changed(m -> ((ObjectNode) m).put("surprise", true));

        assertThatThrownBy(() -> manifest(unknown)).hasMessageContaining("'surprise'");
    }

    @Test
    void row08_refusesADuplicateKey() {
        String doubled = new String(golden, StandardCharsets.UTF_8).replaceFirst("\\{", "{\"database\": \"other\",");

        assertThatThrownBy(() -> manifest(doubled.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ManifestDamagedException.class)
                .hasMessageContaining("uplicate");
    }

    @Test
    void row08_refusesDeepNesting() {
        byte[] deep = ("{\"tables\":" + "[".repeat(5000)).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> manifest(deep)).isInstanceOf(ManifestDamagedException.class);
    }

    @Test
    void row08_refusesAHundredMegabytesWithoutHoldingThem() {
        InputStream endless = new InputStream() {
            private long given;

            @Override
            public int read() {
                return given++ == 0 ? '[' : ' ';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                Arrays.fill(buffer, offset, offset + length, (byte) ' ');
                buffer[offset] = (byte) (given == 0 ? '{' : ' ');
                given += length;
                return length;
            }
        };

        assertThatThrownBy(() -> ManifestJson.read(endless)).isInstanceOf(ManifestDamagedException.class);
    }

    @Test
    void refusesASummaryThatDoesNotFit() {
        byte[] lying = changed(m -> ((ObjectNode) m.at("/summary")).put("bytes", 1));

        assertThatThrownBy(() -> manifest(lying)).hasMessageContaining("summary");
    }

    @Test
    void refusesWhatFollowsTheEnd() {
        byte[] longer = (new String(golden, StandardCharsets.UTF_8) + "{}").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> manifest(longer)).isInstanceOf(ManifestDamagedException.class);
    }

    private static Manifest manifest(byte[] json) {
        return ManifestJson.read(new ByteArrayInputStream(json));
    }

    private byte[] changed(java.util.function.Consumer<JsonNode> change) {
        try {
            JsonNode tree = JSON.readTree(golden);
            change.accept(tree);
            return JSON.writeValueAsBytes(tree);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
