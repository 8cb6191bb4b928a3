package io.agentflow.dr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentflow.dr.app.AfMain;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.testing.GoldenBackup;
import io.agentflow.dr.testing.Project;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are told no store where the configuration has several, and one that is told only a database. */
class SeveralStoresTest {
    private static final String ID = GoldenBackup.ID.text();

    @TempDir
    Path folder;

    private Path near;
    private Path far;

    @BeforeEach
    void make() throws IOException {
        near = Files.createDirectory(folder.resolve("near"));
        far = Files.createDirectory(folder.resolve("far"));
    }

    private void configure(String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "af.state-dir = " + folder.resolve("state"),
                "af.store.near = " + near,
                "af.store.far = " + far,
                "af.retention.keep-last = 1"));
        all.addAll(List.of(lines));
        Files.write(folder.resolve("af.properties"), all);
    }

    private record Ran(int code, String out, String err) {
        JsonNode json() {
            try {
                return new ObjectMapper().readTree(out);
            } catch (IOException e) {
                throw new IllegalStateException(toString(), e);
            }
        }
    }

    private Ran backup(List<String> command) {
        return af(Stream.concat(Stream.of("backup"), command.stream()).toArray(String[]::new));
    }

    private Ran af(String... arguments) {
        return af(false, Map.of(), arguments);
    }

    private Ran af(boolean interactive, Map<String, String> more, String... arguments) {
        Map<String, String> environment = new HashMap<>(more);
        environment.putAll(Map.of(
                "AF_CONFIG",
                folder.resolve("af.properties").toString(),
                "PGUSER",
                "af",
                "PATH",
                System.getenv("PATH")));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal =
                new Terminal(out, new PrintStream(err, true, StandardCharsets.UTF_8), interactive, false, false);
        int code = AfMain.run(terminal, environment, Project.file("."), arguments);
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aListWithoutOneOfItsStoresIsDoneWithWarnings() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        assertThat(af("backup", "list").code()).isZero();
        Files.delete(far);

        Ran listed = af("backup", "list");
        assertThat(listed.code()).as(listed.toString()).isEqualTo(3);
        assertThat(listed.err())
                .contains("1 backup of 1 database", " in near\n", "! far is not shown: there is no directory " + far);
        JsonNode json = af("backup", "list", "--json").json();
        assertThat(json.path("status").asText()).isEqualTo("warnings");
        assertThat(json.path("unreachable").path("far").asText()).contains("there is no directory");
    }

    @Test
    void aDeletionVouchesForNoWreck() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        Files.writeString(far.resolve(ID).resolve("data/toc.dat"), "");

        Ran refused = af("backup", "delete", ID, "near", "-y");
        assertThat(refused.code()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err())
                .contains(
                        "this is the last whole copy: in far it lacks data/toc.dat",
                        "af backup delete " + ID + " far\n",
                        "af backup copy " + ID + " --from " + near + " --to far\n");
        assertThat(near.resolve(ID)).exists();
        assertThat(af("backup", "delete", ID, "far", "-y").err()).contains("It stays in near.");
        Ran last = af("backup", "delete", ID, "near", "-y", "--json");
        assertThat(last.code()).as(last.toString()).isZero();
        assertThat(last.json().path("lastCopy").asBoolean()).isTrue();
    }

    @Test
    void aDeletionVouchesForNoCopyThatIsKnownToBeDamaged() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        Path data = near.resolve(ID).resolve("data/toc.dat");
        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length / 2] ^= 1;
        Files.write(data, bytes);
        assertThat(af("backup", "verify", ID, "near").code()).isEqualTo(9);

        assertThat(af("backup", "verify", ID).err())
                .contains("far has the same backup, of which nothing bad is known: --store far");
        assertThat(af("backup", "list").out()).contains("✗ in near: verify failed");
        Ran refused = af("backup", "delete", ID, "far", "-y");
        assertThat(refused.code()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("this is the last whole copy: in near it is damaged (verify failed)");
        Ran wreck = af("backup", "delete", ID, "-y");
        assertThat(wreck.code()).as(wreck.toString()).isZero();
        assertThat(wreck.err()).contains("It stays in far.");
    }

    @Test
    void aListSaysWhichCopyIsDamaged() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        Files.writeString(far.resolve(ID).resolve("schema.dump.gz"), "no more");
        assertThat(af("backup", "verify", ID, "near").code()).isZero();
        assertThat(af("backup", "verify", ID, "far").code()).isEqualTo(9);

        assertThat(af("backup", "list").out()).contains("verified", "; ✗ in far: verify failed");
        assertThat(af("backup", "list", "--json")
                        .json()
                        .path("backups")
                        .path(0)
                        .path("doubtful")
                        .path("far")
                        .asText())
                .isEqualTo("verify failed");
    }

    @Test
    void theStoresOfDatabasesAreMeantWhereNothingElseIsSaid() throws IOException {
        configure(
                "af.database.a.url = postgresql://h/a",
                "af.database.a.stores = near",
                "af.database.b.url = postgresql://h/b",
                "af.database.b.stores = far");
        GoldenBackup.copyInto(far);

        assertThat(af("backup", "list").out()).contains(ID);
        Ran verified = af("backup", "verify", GoldenBackup.ID.suffix());
        assertThat(verified.code()).as(verified.toString()).isZero();
        assertThat(verified.err()).contains("  read in far\n");
        assertThat(af("backup", "verify", "latest", "-d", "b").code()).isEqualTo(6);
        assertThat(af("backup", "show", ID, "-d", "b").out()).contains(ID);
        Ran latest = af("backup", "verify", "latest");
        assertThat(latest.code()).as(latest.toString()).isEqualTo(2);
        assertThat(latest.err()).contains("latest in which store?", "near, far", "--store near", "-d a");
        assertThat(af("backup", "verify", "zzzz").err()).contains("there is no backup 'zzzz' in near, far");
    }

    @Test
    void retentionIsOfAllStoresAndOneThatIsAwayKeepsNoOther() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);

        af("backup", "verify", ID, "near");
        af("backup", "verify", ID, "far");

        Ran plan = af("retention", "plan");
        assertThat(plan.code()).as(plan.toString()).isZero();
        assertThat(plan.out()).containsSubsequence("in near:\n", ID, "in far:\n", ID);
        assertThat(af("retention", "explain", ID).out())
                .containsSubsequence("in near:\n", ID + ", taken ", "in far:\n", ID + ", taken ");
        assertThat(af("retention", "explain", ID, "far").out()).doesNotContain("in far:");
        assertThat(af("retention", "plan", "--json").json().path("stores")).hasSize(2);
        assertThat(af("retention", "plan", "-d", "nobody", "--store", "near").err())
                .contains("0 backups kept");
        Files.move(far, folder.resolve("gone"));

        Ran applied = af("retention", "apply", "--yes");
        assertThat(applied.code()).as(applied.toString()).isEqualTo(3);
        assertThat(applied.err())
                .contains("nothing was deleted", "! far: there is no directory " + far, "  Check the name");
        assertThat(af("retention", "apply", "--yes", "--plan", "0123456789abcdef")
                        .code())
                .isEqualTo(2);
    }

    @Test
    void aDeletionSaysWhatStaysAndWhatComesBack() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);

        assertThat(af("backup", "delete", ID, "far").err())
                .contains("It stays in near. af serve sends it here again from near, which this store follows");
        Ran deleted = af("backup", "delete", ID, "far", "--yes");
        assertThat(deleted.code()).as(deleted.toString()).isZero();
        assertThat(deleted.err()).contains("  It stays in near.\n  af serve sends it here again from near");
        GoldenBackup.copyInto(far);
        assertThat(af("backup", "delete", ID, "near", "--yes").err())
                .contains("  It stays in far.\n")
                .doesNotContain("again");
    }

    @Test
    void aNameThatIsAlmostThatOfADatabaseIsAskedAbout() throws IOException {
        configure("af.database.name.url = postgresql://h/billing", "af.database.name.stores = near");

        for (String command : List.of("create", "verify")) {
            Ran mistyped = command.equals("create")
                    ? af("backup", "create", "-d", "nmae")
                    : af("backup", "verify", "latest", "-d", "nmae");
            assertThat(mistyped.code()).as(mistyped.toString()).isEqualTo(2);
            assertThat(mistyped.err())
                    .contains("no database of af.properties is called nmae: is it name?", "\"dbname=nmae\"");
        }
        AfConfig config = AfConfig.load(folder.resolve("af.properties"), Map.of());
        for (String other : List.of("name", "orders", "nm", "dbname=nmae", "postgresql://h/nmae", "")) {
            new DatabaseWord(other).requireNoMisspelling(config);
        }
    }

    @Test
    void aCopyFromAStoreThatIsNotThereNamesThoseThatAre() throws IOException {
        configure("af.stores = near, far");

        assertThat(af("backup", "copy", "latest", "--from", "./typo", "--to", "far")
                        .err())
                .contains("there is no directory ./typo", "The stores of the configuration are far, near.");
    }

    @Test
    void whereThePrimarysDirectoryIsMissingNoBackupIsSaidToBe() throws IOException {
        configure("af.database.main.url = postgresql://h/golden", "af.database.main.stores = near, far");
        GoldenBackup.copyInto(far);
        Files.delete(near);

        for (List<String> command : List.of(
                List.of("restore", "latest", "-d", "main", "--plan"),
                List.of("restore", "latest", "near", "-d", "main", "--plan"),
                List.of("verify", "latest", "-d", "main"),
                List.of("verify", "latest", "--store", near.toString()),
                List.of("pin", "latest", "near", "--reason", "audit"))) {
            Ran ran = backup(command);

            assertThat(ran.code()).as(ran.toString()).isEqualTo(6);
            assertThat(ran.err())
                    .contains("there is no directory " + near + "\n", "far has " + ID + ": name it with --store far")
                    .doesNotContain("no backup");
        }
        Files.createDirectory(near);
        assertThat(af("backup", "verify", "latest", "near").err()).contains("there are no backups in " + near);
    }

    /** As after a first copy from near to far. */
    private void rememberBoth() {
        new KnownStores(folder.resolve("state"))
                .requireApart(
                        new DirectoryStore(near, DirectoryPermissions.OWNER),
                        new DirectoryStore(far, DirectoryPermissions.OWNER));
    }

    /** The disk of the primary is not mounted: its folder is there, and empty. */
    private void unmountNear() throws IOException {
        Files.move(near, folder.resolve("disk"));
        Files.createDirectory(near);
    }

    /** Another backup, whose id begins like the golden one. */
    private String anotherIn(Path store, String suffix) throws IOException {
        GoldenBackup.copyInto(store);
        String id = ID.substring(0, ID.length() - 4) + suffix;
        Path backup = Files.move(store.resolve(ID), store.resolve(id));
        Path manifest = backup.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replaceFirst(ID, id));
        return id;
    }

    @Test
    void theLastCopyIsNotDeletedWhereThePrimaryCannotBeSeen() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        rememberBoth();
        unmountNear();

        Ran deleted = af("backup", "delete", ID, "-y");
        assertThat(deleted.code()).as(deleted.toString()).isEqualTo(8);
        assertThat(deleted.err())
                .contains(near + " is not the store that was there before", "not mounted: then mount it")
                .doesNotContain("--store");
        Ran last = af("backup", "delete", ID, "-y", "--store", "far");
        assertThat(last.code()).as(last.toString()).isEqualTo(4);
        assertThat(last.err())
                .contains("nobody knows whether near has it", "may be the last copy", "Bring near back")
                .doesNotContain("--store");
        Files.delete(folder.resolve("state/stores").toFile().listFiles()[0].toPath());
        Files.delete(folder.resolve("state/stores").toFile().listFiles()[0].toPath());
        assertThat(af("backup", "delete", ID, "-y", "--store", "far").err()).contains("it has no backups at all");
        Files.delete(near);
        assertThat(af("backup", "delete", ID, "-y", "--store", "far").code()).isEqualTo(4);
        assertThat(far.resolve(ID)).exists();

        configure("af.store = far");
        assertThat(af("backup", "delete", ID, "-y").code()).isZero();
        assertThat(far.resolve(ID)).doesNotExist();
    }

    @Test
    void aPrimaryWithAnotherMarkOrWithOldBackupsBeneathItsMountPointIsNotThePrimary() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        rememberBoth();
        unmountNear();
        String beneath = anotherIn(near, "aaaa");

        for (String mark : List.of("", "af-store.00000000-0000-0000-0000-000000000000")) {
            if (!mark.isEmpty()) {
                Files.createFile(near.resolve(mark));
            }
            assertThat(af("backup", "delete", ID, "far", "-y").code()).isEqualTo(4);
            assertThat(af("backup", "delete", "latest", "-y").code()).isEqualTo(8);
            assertThat(near.resolve(beneath)).exists();
            assertThat(af("retention", "apply", "--yes", "--store", "near").code())
                    .isEqualTo(8);
            Ran listed = af("backup", "list");
            assertThat(listed.code()).as(listed.toString()).isEqualTo(3);
            assertThat(listed.out()).contains(beneath);
            assertThat(listed.err()).contains("! " + near + " is not the store that was there before");
            assertThat(af("backup", "list", "--json")
                            .json()
                            .path("strange")
                            .path("near")
                            .asText())
                    .contains("is not the store");
            assertThat(af("backup", "verify", "latest").err()).contains("! " + near + " is not the store");
        }
        assertThat(far.resolve(ID)).exists();
    }

    @Test
    void whatBearsThePrimarysMarkMayBeThePrimary() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        Files.createFile(near.resolve("af-store.1"));
        Files.createFile(far.resolve("af-store.1"));

        Ran refused = af("backup", "delete", ID, "far", "-y");
        assertThat(refused.code()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("it bears the same mark as ");
    }

    @Test
    void theEnvironmentNarrowsNotWhatAStoreFollows() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(far);
        Files.delete(near);

        Ran refused = af(false, Map.of("AF_STORES", "far"), "backup", "delete", ID, "--store", "far", "-y");
        assertThat(refused.code()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("nobody knows whether near has it");
    }

    @Test
    void whichIsThePrimaryDependsOnTheDatabase() throws IOException {
        configure(
                "af.database.a.url = postgresql://h/golden",
                "af.database.a.stores = near, far",
                "af.database.b.url = postgresql://h/b",
                "af.database.b.stores = far, near");
        GoldenBackup.copyInto(near);
        Files.delete(far);

        Ran deleted = af("backup", "delete", ID, "near", "-y");
        assertThat(deleted.code()).as(deleted.toString()).isZero();
        assertThat(deleted.err())
                .contains("Whether far has it could not be seen", "No other store is known to have a whole copy")
                .doesNotContain("again");
    }

    @Test
    void aCopyThatGoesWhileSomebodyThinksKeepsTheLastOne() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        InputStream typed =
                new ByteArrayInputStream((GoldenBackup.ID.suffix() + "\n").getBytes(StandardCharsets.UTF_8)) {
                    @Override
                    public synchronized int read(byte[] bytes, int offset, int length) {
                        try {
                            if (Files.exists(near.resolve(ID))) {
                                unmountNear();
                            }
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        return super.read(bytes, offset, length);
                    }
                };
        InputStream before = System.in;
        System.setIn(typed);
        try {
            Ran deleted = af(true, Map.of(), "backup", "delete", ID, "far");
            assertThat(deleted.code()).as(deleted.toString()).isEqualTo(4);
            assertThat(deleted.err()).contains("It stays in near.", "nobody knows whether near has it");
        } finally {
            System.setIn(before);
        }
        assertThat(far.resolve(ID)).exists();
    }

    @Test
    void whereNoneIsWholeEachMayGoAndWhereTheyDifferBothMay() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        Files.delete(near.resolve(ID).resolve("globals.sql.gz"));
        Files.delete(far.resolve(ID).resolve("schema.dump.gz"));
        assertThat(af("backup", "verify", ID, "near").err()).doesNotContain("far has the same backup");
        assertThat(af("backup", "delete", ID, "far", "-y").code()).isZero();

        GoldenBackup.copyInto(far);
        // A manifest that was changed, and its seal was not, is a wreck also before anybody verifies it.
        Path manifest = far.resolve(ID).resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest) + " ");
        try (Stream<Path> wreck = Files.walk(near.resolve(ID))) {
            wreck.sorted(Comparator.reverseOrder())
                    .forEach(path -> assertThat(path.toFile().delete()).isTrue());
        }
        GoldenBackup.copyInto(near);
        Ran refused = af("backup", "delete", ID, "near", "-y");
        assertThat(refused.code()).as(refused.toString()).isEqualTo(4);
        assertThat(refused.err()).contains("in far it has a manifest that is not what its seal says");
        Ran wreck = af("backup", "delete", ID, "far", "-y");
        assertThat(wreck.code()).as(wreck.toString()).isZero();
        assertThat(wreck.err()).contains("It stays in near.");
    }

    @Test
    void anotherBackupUnderItsIdIsNoWreck() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        Path manifest = far.resolve(ID).resolve("manifest.json");
        byte[] json = (Files.readString(manifest) + " ").getBytes(StandardCharsets.UTF_8);
        Files.write(manifest, json);
        Files.writeString(
                far.resolve(ID).resolve("manifest.sha256"), Sha256.of(json).sumLine("manifest.json"));

        Ran deleted = af("backup", "delete", ID, "near", "-y");
        assertThat(deleted.code()).as(deleted.toString()).isZero();
        assertThat(deleted.err())
                .contains("It is listed in far, too, but there it has another manifest", "No other store is known");
    }

    @Test
    void aDirectoryThatNobodyConfiguredFollowsNobody() throws IOException {
        configure("af.store = near", "af.database.a.url = postgresql://h/golden", "af.database.a.stores = near, far");
        Path usb = Files.createDirectory(folder.resolve("usb"));
        GoldenBackup.copyInto(usb);
        Files.delete(near);

        Ran deleted = af("backup", "delete", ID, usb.toString(), "-y");
        assertThat(deleted.code()).as(deleted.toString()).isZero();
        assertThat(deleted.err()).doesNotContain("follows");
    }

    @Test
    void theLatestIsExplainedInThePrimaryAlone() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        Files.delete(far);

        Ran explained = af("retention", "explain", "latest");
        assertThat(explained.code()).as(explained.toString()).isZero();
        assertThat(explained.out()).contains(ID).doesNotContain("in far");
    }

    @Test
    void aListNamesAStoreThatIsOutOfSight() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        rememberBoth();
        unmountNear();

        Ran listed = af("backup", "list");
        assertThat(listed.code()).as(listed.toString()).isEqualTo(3);
        assertThat(listed.err())
                .contains(
                        "! near is not shown: " + near + " is not the store that was there before",
                        "\n  Perhaps its disk is not mounted: then mount it");
        assertThat(af("backup", "list", "near").code()).isEqualTo(8);
    }

    @Test
    void aPartOfAnIdThatIsThatOfSeveralBackupsChangesNone() throws IOException {
        configure("af.stores = near, far");
        anotherIn(near, "aaaa");
        String there = anotherIn(far, "bbbb");
        String part = ID.substring(0, 15);

        for (List<String> command : List.of(
                List.of("delete", part, "-y"), List.of("pin", part, "--reason", "audit"), List.of("unpin", part))) {
            Ran ran = backup(command);
            assertThat(ran.code()).as(ran.toString()).isEqualTo(2);
            assertThat(ran.err()).contains("'" + part + "' could be 2 backups", there, "Give more of the id");
        }
        assertThat(af("backup", "delete", "bbbb", "-y").code()).isEqualTo(6);
        assertThat(far.resolve(there)).exists();
        assertThat(af("backup", "pin", "bbbb", "--reason", "audit").out()).contains(there + " is pinned in far: audit");

        Files.move(far, folder.resolve("gone"));
        Ran unsure = af("backup", "delete", "aaaa", "-y");
        assertThat(unsure.code()).as(unsure.toString()).isEqualTo(2);
        assertThat(unsure.err())
                .contains("'aaaa' may be another backup in far, which cannot be asked", "Give the whole id: ");
    }

    @Test
    void aPinHoldsABackupWhereverItIs() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        rememberBoth();
        Files.move(near, folder.resolve("disk"));

        Ran pinned = af("backup", "pin", ID, "--reason", "audit 2026");
        assertThat(pinned.code()).as(pinned.toString()).isEqualTo(3);
        assertThat(pinned.out()).contains(ID + " is pinned in far: audit 2026");
        assertThat(pinned.err())
                .contains(
                        "! near is left out: ",
                        "when that is mended:  af backup pin " + ID + " --reason 'audit 2026' --store near");
        assertThat(af("backup", "pin", ID, "--reason", "a", "--json").json().path("unreachable"))
                .hasSize(1);
        Files.move(folder.resolve("disk"), near);

        assertThat(af("backup", "list").out()).contains("pinned in far");
        assertThat(af("backup", "delete", ID, "far", "-y").err())
                .contains("Unpin it first: af backup unpin " + ID + " " + far);
        JsonNode both =
                af("backup", "pin", "latest", "--reason", "audit", "--json").json();
        assertThat(both.path("stores")).extracting(JsonNode::asText).containsExactly("near", "far");
        assertThat(af("backup", "unpin", ID).out()).contains("is no longer pinned in near, far");
        assertThat(af("backup", "unpin", ID).out()).contains("was not pinned in near, far");
        assertThat(af("backup", "list").out()).doesNotContain("pinned");
    }

    @Test
    void aPinThatOneStoreDoesNotTakeHoldsInTheOthers() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(near);
        GoldenBackup.copyInto(far);
        // Nobody may put a folder in its place, root neither.
        Path evidence = far.resolve(ID).resolve("evidence");
        Files.writeString(evidence, "in the way");

        Ran pinned = af("backup", "pin", ID, "--reason", "audit");
        assertThat(pinned.code()).as(pinned.toString()).isEqualTo(3);
        assertThat(pinned.out()).contains(ID + " is pinned in near: audit");
        assertThat(pinned.err()).contains("! far is left out: ");
    }

    @Test
    void whatIsWhereNobodyCanLookIsNotSaidToBeMissing() throws IOException {
        configure("af.stores = near, far");
        GoldenBackup.copyInto(far);
        Files.move(far, folder.resolve("gone"));

        Ran verified = af("backup", "verify", GoldenBackup.ID.suffix());
        assertThat(verified.err())
                .contains("no store that could be asked has the backup 'auny': there is no directory " + far);
        Ran checked = af("store", "check", "far", "--files", "1");
        assertThat(checked.code()).as(checked.toString()).isEqualTo(6);
        assertThat(far).doesNotExist();
        Files.move(folder.resolve("gone"), far);
        assertThat(af("store", "check", "far", "--files", "1").code()).isZero();
        Files.delete(near);
        assertThat(af("backup", "copy", "latest", "--from", "near", "--to", "near")
                        .err())
                .contains("far has " + ID + ": name it with --from far");
    }

    @Test
    void aCommandThatTakesNoDatabaseIsNotToldToNameOne() throws IOException {
        configure(
                "af.database.a.url = postgresql://h/a",
                "af.database.a.stores = near",
                "af.database.b.url = postgresql://h/b",
                "af.database.b.stores = far");

        for (List<String> command : List.of(List.of("delete", "latest"), List.of("unpin", "latest"))) {
            Ran ran = backup(command);
            assertThat(ran.code()).as(ran.toString()).isEqualTo(2);
            assertThat(ran.err()).contains("Name one: --store near\n").doesNotContain("-d ");
        }
    }

    @Test
    void whereAStoreIsAwayAnotherOneIsNamed() throws IOException {
        configure("af.store.cloud = s3://dr/app?region=eu-central-1", "af.stores = cloud, far");
        ObjectStore store = (ObjectStore) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, given) -> "s3://dr/app");
        StoreUnreachable away = StoreUnreachable.passing(store, "503", null);
        AfConfig config = AfConfig.load(folder.resolve("af.properties"), Map.of());

        Optional<AfException> told = Elsewhere.besides(away, config.storesInUse());

        assertThat(told.orElseThrow().hint())
                .startsWith(away.hint())
                .endsWith("Or name another store of the configuration: --store far");
        assertThat(Elsewhere.besides(away, config.storesInUse().subList(1, 2))).isEmpty();
    }
}
