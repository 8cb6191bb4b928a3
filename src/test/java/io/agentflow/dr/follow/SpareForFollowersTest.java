package io.agentflow.dr.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.Unreachable;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.core.UtcStamp;
import io.agentflow.dr.follow.SpareForFollowers.Family;
import io.agentflow.dr.retention.Decision;
import io.agentflow.dr.retention.ExpireBackup;
import io.agentflow.dr.retention.PlanRetention;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.sign.SigningKey;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.NamedStore;
import io.agentflow.dr.testing.GoldenBackup;
import io.agentflow.dr.verify.CheckSignature;
import io.agentflow.dr.verify.RecordEvidence;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The primary lets go only of what its follower has indeed, and a follower only of what its primary is another place for. */
class SpareForFollowersTest {
    private static final Instant FIRST = Instant.parse("2026-11-01T02:00:00Z");
    private static final RetentionPolicy NEWEST = new RetentionPolicy(1, Duration.ZERO, Map.of(), ZoneOffset.UTC);
    private static final RetentionPolicy YEAR = new RetentionPolicy(0, Duration.ofDays(365), Map.of(), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private BackupId older = new BackupId("20261101T020000Z-0000");
    private String stateDirectory = "state";
    private DirectoryStore near;
    private DirectoryStore far;
    private Signatures signatures = Signatures.NONE;

    @BeforeEach
    void twoStoresHaveBoth() throws IOException {
        near = directory("near");
        far = directory("far");
        for (DirectoryStore store : List.of(near, far)) {
            older = backup(store, 0);
            backup(store, 1);
        }
    }

    private DirectoryStore directory(String name) {
        return new DirectoryStore(folder.resolve(name), DirectoryPermissions.OWNER);
    }

    private BackupId backup(DirectoryStore store, int day) throws IOException {
        Instant at = FIRST.plus(Duration.ofDays(day));
        BackupId id = new BackupId(UtcStamp.of(at) + "-0000");
        Path backup = Path.of(store.location(id));
        Files.createDirectories(backup.getParent());
        GoldenBackup.copyInto(backup.getParent());
        Files.move(backup.resolveSibling(GoldenBackup.ID.text()), backup);
        Files.writeString(
                backup.resolve("manifest.json"),
                Files.readString(GoldenBackup.folder().resolve("manifest.json"))
                        .replaceFirst(GoldenBackup.ID.text(), id.text())
                        .replaceFirst("2026-11-23T08:18:36.706358Z", at.toString()));
        assertThat(new RecordEvidence(Clock.fixed(at, ZoneOffset.UTC))
                        .record(store, id, EvidenceKind.VERIFIED, Map.of()))
                .isEmpty();
        return id;
    }

    private KnownStores places() {
        return new KnownStores(folder.resolve(stateDirectory));
    }

    private RetentionPlan plan(BackupStore store, Family family) {
        CheckSignature signature = new CheckSignature(signatures);
        return new PlanRetention(
                        new BackupCatalog(store),
                        signature,
                        database -> NEWEST,
                        database -> Optional.empty(),
                        new SpareForFollowers(store, database -> family, signature, places()))
                .plan(null, FIRST.plus(Duration.ofDays(2)));
    }

    private static Family led(BackupStore follower) {
        return new Family(List.of(new Follower(new NamedStore("far", follower), YEAR)), Optional.empty());
    }

    /** Why the older one stays in the primary; empty if it expires. */
    private String kept() {
        List<Decision> decisions =
                plan(near, led(far)).databases().get(0).decided().decisions();
        return decisions.stream()
                .filter(one -> one.backup().id().equals(older))
                .flatMap(one -> one.kept().stream())
                .map(Decision.Why::text)
                .findFirst()
                .orElse("");
    }

    private Path there(String file) {
        return Path.of(far.location(older)).resolve(file);
    }

    @Test
    void whatTheFollowerHasExpires() {
        assertThat(kept()).isEmpty();
    }

    @Test
    void aWreckIsNoCopy() throws IOException {
        Files.delete(there("data/toc.dat"));
        assertThat(kept()).contains("its copy in far lacks data/toc.dat");
        Files.writeString(there("data/toc.dat"), "ro");
        assertThat(kept()).contains("its copy in far lacks data/toc.dat", "another size");
    }

    @Test
    void aCopyThatWasLostSinceThePlanWasMadeKeepsIt() throws IOException {
        RetentionPlan plan = plan(near, led(far));
        BackupId newest = near.ids().get(0);
        ExpireBackup expire = new ExpireBackup(new BackupCatalog(near));
        Path moved = Files.move(there("data/toc.dat"), folder.resolve("toc.dat"));

        assertThatThrownBy(
                        () -> expire.expire(older, newest, () -> plan.sparing().requireExpendable("golden", older)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("its copy in far was whole when the plan was made, and now lacks data/toc.dat");
        assertThat(near.ids()).contains(older);

        Files.move(moved, there("data/toc.dat"));
        expire.expire(older, newest, () -> plan.sparing().requireExpendable("golden", older));
        assertThat(near.ids()).containsExactly(newest);
    }

    @Test
    void aFollowerThatDiesIsWaitedForOnce() throws IOException {
        BackupId second = near.ids().get(0);
        backup(near, 2);
        backup(far, 2);
        AtomicBoolean dead = new AtomicBoolean();
        AtomicInteger waits = new AtomicInteger();
        BackupStore dying = (BackupStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BackupStore.class}, (proxy, method, given) -> {
                    if (dead.get()) {
                        waits.incrementAndGet();
                        throw new Unreachable("far is away", "");
                    }
                    return method.invoke(far, given);
                });
        RetentionPlan plan = plan(near, led(dying));
        assertThat(plan.expiring()).hasSize(2);
        dead.set(true);

        for (BackupId id : List.of(older, second)) {
            assertThatThrownBy(() -> plan.sparing().requireExpendable("golden", id))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("far is away");
        }
        assertThat(waits).hasValue(1);
    }

    @Test
    void aFollowerLetsNothingGoWhosePrimaryWentSinceThePlanWasMade() throws IOException {
        RetentionPlan plan = plan(far, new Family(List.of(), Optional.of(near)));
        assertThat(plan.expiring()).hasSize(1);
        Files.move(folder.resolve("near"), folder.resolve("unmounted"));

        assertThatThrownBy(() -> plan.sparing().requireExpendable("golden", older))
                .isInstanceOf(Unreachable.class);
    }

    @Test
    void whatIsNoPartOfTheBackupNeedNotBeThere() throws IOException {
        Files.writeString(Path.of(near.location(older)).resolve(".nfs0001"), "stray");
        assertThat(kept()).isEmpty();
    }

    @Test
    void aServiceFindsAWreckInItsTurn() throws IOException {
        for (int day = 2; day < 9; day++) {
            backup(near, day);
            backup(far, day);
        }
        CompareStores compare = new CompareStores(
                near, new Follower(new NamedStore("far", far), YEAR), new CheckSignature(signatures), places());
        assertThat(compare.look("golden", FIRST.plus(Duration.ofDays(10))).count())
                .isZero();
        Files.delete(there("data/toc.dat"));

        compare.look("golden", FIRST.plus(Duration.ofDays(10)));
        assertThat(compare.look("golden", FIRST.plus(Duration.ofDays(10))).damaged())
                .containsExactly(older);
        assertThat(compare.look("golden", FIRST.plus(Duration.ofDays(10))).damaged())
                .containsExactly(older);
    }

    @Test
    void anotherManifestIsNoCopy() throws IOException {
        Files.writeString(there("manifest.json"), Files.readString(there("manifest.json")) + "\n");
        assertThat(kept()).contains("its copy in far has another manifest");
    }

    @Test
    void whatNobodyWhoIsTrustedHasSignedIsNoCopy() throws IOException {
        SigningKey key = SigningKey.generate();
        Path trusted =
                Files.writeString(folder.resolve("trusted.pub"), key.publicKey().pem());
        signatures = new Signatures(null, List.of(trusted));
        for (BackupId id : near.ids()) {
            Path backup = Path.of(near.location(id));
            Files.write(backup.resolve("manifest.sig"), key.sign(Files.readAllBytes(backup.resolve("manifest.json"))));
        }
        assertThat(kept()).contains("far does not have it yet");
    }

    @Test
    void oneThatIsNotMountedHasNothingAlsoAfterARestart() throws IOException {
        places().requireApart(far, near);
        assertThat(kept()).isEmpty();
        Files.move(folder.resolve("far"), folder.resolve("unmounted"));
        Files.createDirectory(folder.resolve("far"));

        assertThat(kept()).contains("far cannot be asked", "is not the store that was there before");
        assertThatThrownBy(() -> places().require(far))
                .isInstanceOf(Unreachable.class)
                .satisfies(e -> assertThat(((Unreachable) e).hint()).contains("not mounted"));
        Files.delete(folder.resolve("far"));
        Files.move(folder.resolve("unmounted"), folder.resolve("far"));
        assertThat(kept()).isEmpty();
    }

    @Test
    void aFollowerThatIsThePrimaryByAnotherNameIsRefused() throws IOException {
        Files.createSymbolicLink(folder.resolve("alias"), folder.resolve("near"));
        DirectoryStore alias = directory("alias");

        assertThatThrownBy(() -> plan(near, led(alias)))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("one and the same place");
        assertThatThrownBy(() -> plan(alias, new Family(List.of(), Optional.of(near))))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("one and the same place");
    }

    @Test
    void nothingExpiresInAFollowerWhosePrimaryIsGone() throws IOException {
        assertThat(plan(far, new Family(List.of(), Optional.of(near))).expiring())
                .hasSize(1);
        Files.move(folder.resolve("near"), folder.resolve("away"));
        assertThatThrownBy(() -> plan(far, new Family(List.of(), Optional.of(near))))
                .isInstanceOf(Unreachable.class);
        // A mount point without its disk, also where nobody remembers the store.
        Files.createDirectory(folder.resolve("near"));
        for (String state : List.of("state", "another")) {
            stateDirectory = state;
            assertThatThrownBy(() -> plan(far, new Family(List.of(), Optional.of(near))))
                    .isInstanceOf(Unreachable.class);
        }
    }

    @Test
    void aMountPointOfThePrimaryIsNotMarkedAndNothingIsSentFromIt() throws IOException {
        assertThat(kept()).isEmpty();
        Files.move(folder.resolve("near"), folder.resolve("away"));
        older = backup(near, 0);
        backup(near, 1);

        assertThatThrownBy(this::kept).isInstanceOf(Unreachable.class);
        assertThat(near.marks()).isEmpty();
    }

    @Test
    void whatIsRememberedIsForAllUsersAndAnEmptyMemoryIsNoMemory() throws IOException {
        assertThat(kept()).isEmpty();
        try (Stream<Path> files = Files.list(folder.resolve("state/stores"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-r--r--");
                Files.writeString(file, "");
            }
        }
        assertThatThrownBy(() -> places().require(far))
                .isInstanceOf(OperationFailed.class)
                .hasMessageContaining("it is empty");
    }
}
