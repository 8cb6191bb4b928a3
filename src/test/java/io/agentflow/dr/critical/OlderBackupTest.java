package io.agentflow.dr.critical;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.UtcStamp;
import io.agentflow.dr.restore.RestoreOptions;
import io.agentflow.dr.restore.RestoreRequest;
import io.agentflow.dr.restore.RestoreType;
import io.agentflow.dr.restore.TableChoice;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.testing.GoldenBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which older backup is named for a table that the wanted one does not hold. */
class OlderBackupTest {
    private static final Instant FIRST = Instant.parse("2026-11-01T02:00:00Z");

    @TempDir
    Path root;

    /** The golden manifest, whose tables are notes and tenants, of another day. */
    private BackupId backup(int day, String... changes) throws IOException {
        Instant at = FIRST.plus(Duration.ofDays(day));
        BackupId id = new BackupId(UtcStamp.of(at) + "-abcd");
        String json = Files.readString(GoldenBackup.folder().resolve("manifest.json"))
                .replaceFirst(GoldenBackup.ID.text(), id.text())
                .replaceFirst("2026-11-23T08:18:36.706358Z", at.toString());
        for (int i = 0; i < changes.length; i += 2) {
            assertThat(json).contains(changes[i]);
            json = json.replace(changes[i], changes[i + 1]);
        }
        Files.writeString(Files.createDirectory(root.resolve(id.text())).resolve("manifest.json"), json);
        return id;
    }

    private BackupId withoutNotes(int day) throws IOException {
        return backup(day, "\"name\" : \"notes\"", "\"name\" : \"other\"");
    }

    private RestoreOptions options = RestoreOptions.EXACT;

    private String hint(BackupId newest) {
        DirectoryStore store = new DirectoryStore(root, DirectoryPermissions.OWNER);
        RestoreRequest request = new RestoreRequest(
                store,
                newest,
                RestoreType.CRITICAL,
                DatabaseUrl.parse("postgresql://h/golden"),
                options,
                new TableChoice(List.of("tenants", "notes"), true),
                4,
                Duration.ofMinutes(1),
                " -d main");
        return new OlderBackup(request, new BackupCatalog(store).manifest(newest))
                .hint(request.tables().names());
    }

    @Test
    void theNewestThatHasAllOfThemIsNamedWithTheLineToType() throws IOException {
        backup(1);
        BackupId whole = backup(2);
        withoutNotes(3);
        BackupId newest = withoutNotes(4);
        backup(5);

        assertThat(hint(newest))
                .isEqualTo("Backup " + whole + ", taken 2 days earlier, has all of them: af backup restore " + whole
                        + " " + root + " critical -d main --tables tenants,notes --replace");
    }

    @Test
    void anotherDatabaseAnotherClusterAndADamagedManifestArePassedOver() throws IOException {
        BackupId whole = backup(1);
        backup(2, "\"database\" : \"golden\"", "\"database\" : \"bronze\"");
        backup(3, "\"systemIdentifier\" : \"7711257688151257601\"", "\"systemIdentifier\" : \"1\"");
        backup(4, "\"tables\" : [", "\"tables\" : #[");

        assertThat(hint(withoutNotes(5))).startsWith("Backup " + whole + ", taken 4 days earlier");
    }

    @Test
    void backupsOfOtherDatabasesDoNotCount() throws IOException {
        BackupId whole = backup(0);
        for (int day = 1; day <= 60; day++) {
            backup(day, "\"database\" : \"golden\"", "\"database\" : \"bronze\"");
        }

        assertThat(hint(withoutNotes(61))).startsWith("Backup " + whole + ", taken ");
    }

    @Test
    void whereNobodyKnowsTheClusterNoneIsNamed() throws IOException {
        String[] unknown = {"\"systemIdentifier\" : \"7711257688151257601\"", "\"systemIdentifier\" : null"};
        backup(1, unknown);
        BackupId newest = backup(2, unknown[0], unknown[1], "\"name\" : \"notes\"", "\"name\" : \"other\"");

        assertThat(hint(newest)).startsWith("See its tables with: ");
    }

    @Test
    void theLineToTypeHasWhatWasAskedForBesides() throws IOException {
        backup(1);
        options = new RestoreOptions(false, false, false, true, true, false, false, false, null);

        assertThat(hint(withoutNotes(2))).endsWith(" --no-owner --no-privileges");
    }

    @Test
    void noMoreThanFiftyAreReadForIt() throws IOException {
        backup(0);
        for (int day = 1; day <= 50; day++) {
            withoutNotes(day);
        }

        assertThat(hint(withoutNotes(51))).startsWith("See its tables with: af backup show ");
    }
}
