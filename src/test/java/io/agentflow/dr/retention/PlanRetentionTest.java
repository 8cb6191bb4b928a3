package io.agentflow.dr.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceKind;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.UtcStamp;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.sign.Signatures;
import io.agentflow.dr.sign.SigningKey;
import io.agentflow.dr.store.DirectoryPermissions;
import io.agentflow.dr.store.DirectoryStore;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.testing.GoldenBackup;
import io.agentflow.dr.verify.CheckSignature;
import io.agentflow.dr.verify.RecordEvidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of a store: whose backups are whose, what nobody can tell, and that nothing but the plan is applied. */
class PlanRetentionTest {
    private static final Instant FIRST = Instant.parse("2026-11-01T02:00:00Z");
    private static final String CLUSTER = "7711257688151257601";

    @TempDir
    Path root;

    private DirectoryStore store;
    private BackupCatalog catalog;
    private Signatures signatures = Signatures.NONE;

    @BeforeEach
    void open() {
        store = new DirectoryStore(root, DirectoryPermissions.OWNER);
        catalog = new BackupCatalog(store);
    }

    /** What a plan reads of a backup: the golden manifest with another id, time, database and cluster, and evidence. */
    private BackupId backup(int day, String database, String cluster, EvidenceKind... evidence) throws IOException {
        Instant at = FIRST.plus(Duration.ofDays(day));
        BackupId id = new BackupId(UtcStamp.of(at) + "-" + database.substring(0, 1) + cluster.substring(0, 3));
        Files.createDirectory(root.resolve(id.text()));
        Files.writeString(
                root.resolve(id.text()).resolve("manifest.json"),
                Files.readString(GoldenBackup.folder().resolve("manifest.json"))
                        .replaceFirst(GoldenBackup.ID.text(), id.text())
                        .replaceFirst("\"golden\"", "\"" + database + "\"")
                        .replaceFirst("2026-11-23T08:18:36.706358Z", at.toString())
                        .replaceFirst(CLUSTER, cluster));
        for (EvidenceKind kind : evidence) {
            record(id, kind, at);
        }
        return id;
    }

    private void record(BackupId id, EvidenceKind kind, Instant at) {
        assertThat(new RecordEvidence(Clock.fixed(at, ZoneOffset.UTC)).record(store, id, kind, Map.of()))
                .isEmpty();
    }

    @Test
    void ofWhatWasFoundInOneSecondDamageCountsWhateverTheOrderOfFiles() throws IOException {
        for (EvidenceKind[] order : new EvidenceKind[][] {
            {EvidenceKind.VERIFIED, EvidenceKind.VERIFY_FAILED, EvidenceKind.UNPINNED, EvidenceKind.PINNED},
            {EvidenceKind.PINNED, EvidenceKind.UNPINNED, EvidenceKind.VERIFY_FAILED, EvidenceKind.VERIFIED}
        }) {
            BackupId id = backup(order[0] == EvidenceKind.VERIFIED ? 0 : 1, "shop", CLUSTER, order);

            assertThat(catalog.evidence(id).get(0).kind()).isEqualTo(EvidenceKind.VERIFY_FAILED);
            assertThat(catalog.pin(id)).isPresent();
        }
    }

    private List<BackupId> verified(int number, String database, String cluster) throws IOException {
        List<BackupId> ids = new ArrayList<>();
        for (int day = 0; day < number; day++) {
            ids.add(backup(day, database, cluster, EvidenceKind.VERIFIED));
        }
        return ids;
    }

    private RetentionPlan plan() {
        return plan(Map.of());
    }

    private RetentionPlan plan(Map<String, Failure> failures) {
        RetentionPolicy two = new RetentionPolicy(2, Duration.ZERO, Map.of(), ZoneOffset.UTC);
        return new PlanRetention(
                        catalog,
                        new CheckSignature(signatures),
                        database -> two,
                        database -> Optional.ofNullable(failures.get(database)))
                .plan(null, FIRST.plus(Duration.ofDays(100)));
    }

    private static List<BackupId> expiring(RetentionPlan plan) {
        return plan.expiring().stream().map(one -> one.backup().id()).toList();
    }

    @Test
    void databasesOfOneNameInTwoClustersAreTwo() throws IOException {
        List<BackupId> shop = verified(4, "shop", CLUSTER);
        List<BackupId> other = verified(3, "shop", "999");
        verified(2, "crm", CLUSTER);

        RetentionPlan plan = plan();

        assertThat(plan.databases()).hasSize(3);
        assertThat(expiring(plan)).containsExactlyInAnyOrder(shop.get(0), shop.get(1), other.get(0));
        assertThat(plan.warnings()).isEmpty();
    }

    @Test
    void whatCannotBeReadIsKeptToldAndHoldsWhatIsOlder() throws IOException {
        List<BackupId> shop = verified(4, "shop", CLUSTER);
        BackupId torn = backup(1, "crm", CLUSTER, EvidenceKind.VERIFIED);
        Files.writeString(root.resolve(torn.text()).resolve("manifest.json"), "{ \"formatVersion\" : 1,");
        Files.createDirectory(root.resolve("20261101T020000Z-half"));
        Files.createDirectory(root.resolve(".partial-20261101T020001Z-half"));

        RetentionPlan old = plan();
        assertThat(old.doubtful())
                .singleElement()
                .satisfies(one -> assertThat(one.id()).isEqualTo(torn));
        assertThat(old.warnings()).hasSize(2).first().asString().contains(torn.text(), "is kept");
        assertThat(expiring(old)).containsExactly(shop.get(0), shop.get(1));

        BackupId newer = backup(9, "crm", CLUSTER, EvidenceKind.VERIFIED);
        Files.writeString(root.resolve(newer.text()).resolve("manifest.json"), "{}");
        RetentionPlan held = plan();
        assertThat(expiring(held)).isEmpty();
        assertThat(held.databases().get(0).decided().held()).contains(newer.text());
    }

    @Test
    void damageBehindWhatAPlanReadsOfAManifestCountsOnceVerifyHasFoundIt() throws IOException {
        List<BackupId> shop = verified(4, "shop", CLUSTER);
        BackupId newest = shop.get(3);
        Path manifest = root.resolve(newest.text()).resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replaceFirst("\"tables\" : \\[", "\"tables\" : #["));
        assertThatThrownBy(() -> catalog.manifest(newest)).isInstanceOf(ManifestDamagedException.class);
        assertThat(plan().warnings()).isEmpty();
        assertThat(expiring(plan())).containsExactly(shop.get(0), shop.get(1));

        record(newest, EvidenceKind.VERIFY_FAILED, FIRST.plus(Duration.ofDays(4)));

        assertThat(expiring(plan())).isEmpty();
        assertThat(plan().databases().get(0).decided().held()).contains(newest.text());
    }

    @Test
    void aManifestOfAnotherTimeThanItsIdIsDoubtful() throws IOException {
        List<BackupId> shop = verified(3, "shop", CLUSTER);
        Path manifest = root.resolve(shop.get(2).text()).resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replaceFirst("2026-11-03T", "2016-11-03T"));

        assertThat(expiring(plan())).isEmpty();
        assertThat(plan().doubtful())
                .singleElement()
                .satisfies(one -> assertThat(one.why()).contains("2016-11-03T02:00:00Z", "which its id does not say"));
    }

    @Test
    void anAttemptThatFailedHoldsItsDatabaseAlone() throws IOException {
        verified(3, "shop", CLUSTER);
        List<BackupId> crm = verified(3, "crm", CLUSTER);

        assertThat(expiring(plan(Map.of("shop", new Failure(FIRST.plus(Duration.ofDays(3)), "it failed")))))
                .containsExactly(crm.get(0));
    }

    @Test
    void theNewestEvidenceCountsUnlessItIsGoodAndFromTheFuture() throws IOException {
        List<BackupId> shop = verified(4, "shop", CLUSTER);
        record(shop.get(3), EvidenceKind.VERIFY_FAILED, FIRST.plus(Duration.ofDays(5)));
        assertThat(expiring(plan())).isEmpty();
        record(shop.get(3), EvidenceKind.RESTORED, FIRST.plus(Duration.ofDays(400)));
        assertThat(expiring(plan())).isEmpty();
        record(shop.get(3), EvidenceKind.RESTORED, FIRST.plus(Duration.ofDays(6)));

        assertThat(expiring(plan())).containsExactly(shop.get(0), shop.get(1));
    }

    @Test
    void aPinHoldsABackupUntilItIsUnpinnedEvenWithinOneSecondAndByAClockThatWasSetBack() throws IOException {
        List<BackupId> shop = verified(3, "shop", CLUSTER);
        Pins pins = new Pins(catalog);
        Instant now = FIRST.plus(Duration.ofDays(9));
        String before = plan().token();

        pins.pin(shop.get(0), "audit of \"2026\"", "alice", now);
        assertThat(expiring(plan())).isEmpty();
        assertThat(pins.reason(shop.get(0))).isEqualTo("audit of \"2026\"");
        assertThat(catalog.list()).filteredOn(one -> one.pinned()).hasSize(1);
        assertThatThrownBy(() -> pins.requireNone(shop.get(0)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("audit");
        assertThatThrownBy(() -> plan().require(before)).isInstanceOf(Refused.class);

        pins.unpin(shop.get(0), "alice", now);
        assertThat(expiring(plan())).containsExactly(shop.get(0));
        plan().require(before);
        pins.pin(shop.get(0), "again", "alice", now.minus(Duration.ofDays(400)));
        assertThat(expiring(plan())).isEmpty();
        assertThatThrownBy(() -> pins.pin(new BackupId("20200101T000000Z-none"), "x", "alice", now))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void nothingExpiresOnceThePlanRestsOnWhatIsNoLongerSo() throws IOException {
        List<BackupId> shop = verified(3, "shop", CLUSTER);
        ExpireBackup expire = new ExpireBackup(catalog);
        assertThat(expiring(plan())).containsExactly(shop.get(0));

        new Pins(catalog).pin(shop.get(0), "audit", "alice", FIRST);
        assertThatThrownBy(() -> expire.expire(shop.get(0), shop.get(2), () -> {}))
                .isInstanceOf(Refused.class);
        new Pins(catalog).unpin(shop.get(0), "alice", FIRST);
        record(shop.get(2), EvidenceKind.VERIFY_FAILED, FIRST.plus(Duration.ofDays(9)));
        assertThatThrownBy(() -> expire.expire(shop.get(0), shop.get(2), () -> {}))
                .isInstanceOf(Refused.class);
        record(shop.get(2), EvidenceKind.VERIFIED, FIRST.plus(Duration.ofDays(10)));
        assertThatThrownBy(() -> expire.expire(shop.get(2), shop.get(2), () -> {}))
                .isInstanceOf(Refused.class);
        assertThat(store.ids()).hasSize(3);

        expire.expire(shop.get(0), shop.get(2), () -> {});
        assertThat(store.ids()).containsExactly(shop.get(2), shop.get(1));
        assertThatThrownBy(() -> expire.expire(shop.get(0), shop.get(2), () -> {}))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void row09_aBackupThatIsReadDoesNotExpireAndIsLeftForTheNextTime() throws IOException {
        List<BackupId> shop = verified(3, "shop", CLUSTER);
        ExpireBackup expire = new ExpireBackup(catalog);
        LocalBackup reading = store.read(shop.get(0));
        try {
            assertThatThrownBy(() -> expire.expire(shop.get(0), shop.get(2), () -> {}))
                    .isInstanceOf(Busy.class);
            assertThat(store.ids()).hasSize(3);
        } finally {
            reading.close();
        }

        expire.expire(shop.get(0), shop.get(2), () -> {});

        assertThat(store.ids()).hasSize(2);
    }

    @Test
    void aJumpOfTheClockIsAppliedOnlyByItsToken() throws IOException {
        List<BackupId> shop = verified(5, "shop", CLUSTER);
        backup(90, "shop", CLUSTER, EvidenceKind.VERIFIED);
        RetentionPolicy month = new RetentionPolicy(0, Duration.ofDays(30), Map.of(), ZoneOffset.UTC);
        RetentionPlan plan = new PlanRetention(
                        catalog, new CheckSignature(signatures), database -> month, database -> Optional.empty())
                .plan("shop", FIRST.plus(Duration.ofDays(90)));

        assertThat(expiring(plan)).isEqualTo(shop);
        assertThatThrownBy(plan::requireNoDoubt)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("86 days without a backup");
        plan.require(plan.token());
    }

    private void sign(BackupId id, SigningKey key) throws IOException {
        Path backup = root.resolve(id.text());
        Files.write(backup.resolve("manifest.sig"), key.sign(Files.readAllBytes(backup.resolve("manifest.json"))));
    }

    @Test
    void aForgedBackupThatSaysItVerifiedLetsNoTrueOneExpire() throws IOException {
        SigningKey key = SigningKey.generate();
        List<BackupId> signed = new ArrayList<>();
        for (int day = 0; day < 4; day++) {
            BackupId id = backup(day, "shop", CLUSTER, EvidenceKind.VERIFIED);
            sign(id, key);
            signed.add(id);
        }
        BackupId before = backup(-3, "shop", CLUSTER, EvidenceKind.VERIFIED);
        Path trusted =
                Files.writeString(root.resolve("signing.pub"), key.publicKey().pem());
        signatures = new Signatures(null, List.of(trusted));

        RetentionPlan plan = plan();
        assertThat(expiring(plan)).containsExactlyInAnyOrder(signed.get(0), signed.get(1));
        assertThat(plan.doubtful()).extracting(RetentionPlan.Doubtful::id).containsExactly(before);

        BackupId unsigned = backup(5, "shop", CLUSTER, EvidenceKind.VERIFIED);
        assertThat(expiring(plan())).isEmpty();
        sign(unsigned, SigningKey.generate());
        plan = plan();
        assertThat(expiring(plan)).isEmpty();
        assertThat(plan.doubtful()).extracting(RetentionPlan.Doubtful::id).containsExactly(unsigned, before);
    }
}
