package io.agentflow.dr.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.testing.GoldenBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a mark tells that is gone, is another one, or was copied. */
class KnownStoresTest {
    @TempDir
    Path folder;

    private DirectoryStore near;
    private DirectoryStore far;
    private KnownStores places;

    @BeforeEach
    void twoStoresAreKnown() throws IOException {
        near = directory("near");
        far = directory("far");
        GoldenBackup.copyInto(Files.createDirectory(folder.resolve("near")));
        Files.createDirectory(folder.resolve("far"));
        places = new KnownStores(folder.resolve("state"));
        places.requireApart(near, far);
    }

    private DirectoryStore directory(String name) {
        return new DirectoryStore(folder.resolve(name), DirectoryPermissions.OWNER);
    }

    private void loseMark(String store) throws IOException {
        for (String mark : directory(store).marks()) {
            Files.delete(folder.resolve(store).resolve(mark));
        }
    }

    @Test
    void whereBackupsAreALostMarkIsToldAndKeepsNoNewOneBack() throws IOException {
        assertThat(places.doubt(near)).isEmpty();
        String mark = near.marks().iterator().next();
        loseMark("near");

        assertThat(places.doubt(near).orElseThrow())
                .contains(near.name() + " has backups, but not its mark", mark, folder.resolve("state") + "/stores/");
        assertThatThrownBy(() -> places.require(near))
                .isInstanceOf(Unreachable.class)
                .satisfies(e -> assertThat(((Unreachable) e).hint()).contains("make an empty file", mark));

        Files.createFile(folder.resolve("near").resolve(mark));
        assertThat(places.doubt(near)).isEmpty();
        places.require(near);
    }

    @Test
    void anEmptyPlaceAndAnotherMarkKeepANewBackupBack() throws IOException {
        loseMark("far");
        assertThatThrownBy(() -> places.doubt(far)).isInstanceOf(Unreachable.class);
        loseMark("near");
        Files.createFile(folder.resolve("near").resolve(PlaceMark.fresh()));
        assertThatThrownBy(() -> places.doubt(near))
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining("its mark is another one");
    }

    @Test
    void nobodyIsToldToMarkAnEmptyPlace() throws IOException {
        loseMark("far");
        assertThatThrownBy(() -> places.require(far))
                .isInstanceOf(Unreachable.class)
                .satisfies(e -> assertThat(((Unreachable) e).hint())
                        .contains("not mounted", "delete " + folder.resolve("state"))
                        .doesNotContain("make an empty file"));
    }

    @Test
    void aLinkToAPlaceIsThatPlace() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("far"));
        loseMark("far");

        assertThatThrownBy(() -> places.doubt(directory("link"))).isInstanceOf(Unreachable.class);
    }

    @Test
    void aMemoryThatHoldsNoMarksIsNoMemory() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("state/stores"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.writeString(file, "gar bage; rm -rf\n");
            }
        }
        assertThatThrownBy(() -> places.require(near))
                .isInstanceOf(OperationFailed.class)
                .hasMessageContaining("it holds no marks");
        // Something was there: what is empty now is not filled, and where backups are they are made all the same.
        assertThatThrownBy(() -> places.doubt(far)).isInstanceOf(Unreachable.class);
        assertThatThrownBy(() -> places.doubt(near)).isInstanceOf(OperationFailed.class);
    }

    @Test
    void whatOneEndOfALinkRefusesTheOtherDoesNotRemember() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("near"));
        String mark = near.marks().iterator().next();
        Path aside = Files.move(folder.resolve("near"), folder.resolve("right"));
        Files.createFile(Files.createDirectory(folder.resolve("near")).resolve(PlaceMark.fresh()));
        assertThatThrownBy(() -> places.require(directory("link"))).isInstanceOf(Unreachable.class);

        loseMark("near");
        Files.delete(folder.resolve("near"));
        Files.move(aside, folder.resolve("near"));
        assertThat(places.require(directory("link"))).containsExactly(mark);
    }

    @Test
    void aStoreThatWasCopiedIsAStoreOfItsOwnAfterWhatTheHintSays() throws IOException {
        loseMark("far");
        String mark = near.marks().iterator().next();
        Files.createFile(folder.resolve("far").resolve(mark));
        KnownStores fresh = new KnownStores(folder.resolve("fresh"));
        Path memory = folder.resolve("fresh/stores");

        assertThatThrownBy(() -> fresh.requireApart(near, far))
                .isInstanceOf(UsageError.class)
                .satisfies(e -> {
                    String hint = ((UsageError) e).hint();
                    assertThat(hint).contains(PlaceMark.NAME, memory + "/");
                    Path remembered = Path.of(hint.substring(hint.indexOf(memory + "/"), hint.indexOf(".marks") + 6));
                    Files.delete(remembered);
                });
        loseMark("far");
        fresh.requireApart(near, far);
        assertThat(far.marks()).isNotEmpty().doesNotContain(mark);
        try (Stream<Path> files = Files.list(memory)) {
            assertThat(files).hasSize(2);
        }
    }
}
