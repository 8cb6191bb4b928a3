package io.agentflow.dr.retention;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.catalog.EvidenceFile;
import io.agentflow.dr.catalog.ListedBackup;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.manifest.ManifestDamagedException;
import io.agentflow.dr.manifest.ManifestHead;
import io.agentflow.dr.manifest.ManifestOrigin;
import io.agentflow.dr.retention.Candidate.Standing;
import io.agentflow.dr.retention.RetentionPlan.Doubtful;
import io.agentflow.dr.verify.CheckSignature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at the backups of a store and plans which of them expire. Changes nothing. */
public final class PlanRetention {
    /** The time of the server, in the manifest, and that of af's machine, in the id, differ by less. */
    private static final Duration BEFORE_SNAPSHOT = Duration.ofDays(1);

    private final BackupCatalog catalog;
    private final CheckSignature signature;
    private final Function<String, RetentionPolicy> policies;
    private final Function<String, Optional<Failure>> attempts;
    private final Sparing sparing;

    /**
     * @param signature whether what nobody who is trusted has signed counts for nothing
     * @param policies by the database's name, as PostgreSQL calls it
     * @param attempts the last attempt to back a database up, if it failed
     */
    public PlanRetention(
            BackupCatalog catalog,
            CheckSignature signature,
            Function<String, RetentionPolicy> policies,
            Function<String, Optional<Failure>> attempts) {
        this(catalog, signature, policies, attempts, Sparing.NONE);
    }

    /**
     * @param signature whether what nobody who is trusted has signed counts for nothing
     * @param policies by the database's name, as PostgreSQL calls it
     * @param attempts the last attempt to back a database up, if it failed
     * @param sparing what must stay whatever the policy says
     */
    public PlanRetention(
            BackupCatalog catalog,
            CheckSignature signature,
            Function<String, RetentionPolicy> policies,
            Function<String, Optional<Failure>> attempts,
            Sparing sparing) {
        this.catalog = catalog;
        this.signature = signature;
        this.policies = policies;
        this.attempts = attempts;
        this.sparing = sparing;
    }

    /**
     * The backups of a store that a policy can be asked about, by their database.
     *
     * @param signature whether what nobody who is trusted has signed counts for nothing
     * @param only of this database, as PostgreSQL calls it; null for all
     */
    public static List<OwnedBackups> owned(
            BackupCatalog catalog, CheckSignature signature, @Nullable String only, Instant now) {
        PlanRetention looking = new PlanRetention(
                catalog,
                signature,
                database -> {
                    throw new IllegalStateException("no policy is asked");
                },
                database -> Optional.empty());
        return owned(looking.seen(only, now));
    }

    /** A database of a cluster. */
    private record Owner(String database, String cluster) implements Comparable<Owner> {
        @Override
        public int compareTo(Owner other) {
            return (database + "\n" + cluster).compareTo(other.database + "\n" + other.cluster);
        }
    }

    /** A backup as it was looked at: one that a policy can be asked about, or a doubtful one. */
    private record Seen(
            @Nullable Owner owner,
            @Nullable Candidate candidate,
            @Nullable Doubtful doubtful) {}

    /**
     * Makes the plan.
     *
     * @param only of this database, as PostgreSQL calls it; null for all
     */
    public RetentionPlan plan(@Nullable String only, Instant now) {
        List<Seen> seen = seen(only, now);
        List<Doubtful> doubtful =
                seen.stream().map(Seen::doubtful).flatMap(Stream::ofNullable).toList();
        List<Failure> unreadable = unreadable(doubtful);
        List<DatabasePlan> databases = owned(seen).stream()
                .map(owned -> database(owned, unreadable, now))
                .toList();
        return new RetentionPlan(
                catalog.store().name(),
                catalog.store().place(),
                databases,
                doubtful,
                catalog.store().withoutManifest().size(),
                sparing);
    }

    private List<Seen> seen(@Nullable String only, Instant now) {
        CheckSignature check = signature.asOfNow();
        boolean signed = check.required();
        return catalog.list().parallelStream()
                .map(one -> signed ? signed(one, check) : new Read(one, null, null))
                .filter(one -> one.of(only))
                .map(one -> look(one, now))
                .toList();
    }

    private static List<OwnedBackups> owned(List<Seen> seen) {
        Map<Owner, List<Candidate>> owned = new TreeMap<>();
        for (Seen one : seen) {
            if (one.owner() != null && one.candidate() != null) {
                owned.computeIfAbsent(one.owner(), none -> new ArrayList<>()).add(one.candidate());
            }
        }
        return owned.entrySet().stream()
                .map(of -> new OwnedBackups(of.getKey().database(), of.getKey().cluster(), of.getValue()))
                .toList();
    }

    private static List<Failure> unreadable(List<Doubtful> doubtful) {
        return doubtful.stream()
                .map(one -> new Failure(one.id().time(), "a newer backup, " + one.id() + ", is doubtful: " + one.why()))
                .toList();
    }

    private DatabasePlan database(OwnedBackups owned, List<Failure> unreadable, Instant now) {
        RetentionPolicy policy = policies.apply(owned.database());
        List<Failure> failures = Stream.concat(unreadable.stream(), attempts.apply(owned.database()).stream())
                .collect(Collectors.toList());
        DecideExpiry.Decided decided = new DecideExpiry(policy, now).decide(owned.backups(), failures);
        Set<BackupId> expiring = decided.decisions().stream()
                .filter(Decision::expires)
                .map(one -> one.backup().id())
                .collect(Collectors.toSet());
        return new DatabasePlan(
                owned.database(), owned.cluster(), policy, decided.sparing(sparing.lacked(owned, expiring, now)));
    }

    /**
     * A backup before it is looked at.
     *
     * @param signed its manifest, if that is signed by somebody who is trusted; null if nobody asks for that
     * @param distrust why it is not trusted; null if it is, or nobody asks
     */
    private record Read(
            ListedBackup listed,
            CheckSignature.@Nullable Signed signed,
            @Nullable String distrust) {
        boolean of(@Nullable String only) {
            ManifestHead head = listed.head();
            return only == null || head == null || head.database().equals(only);
        }
    }

    /** What a list shows was not signed: only what stands in the manifest counts. */
    private Read signed(ListedBackup listed, CheckSignature check) {
        try {
            CheckSignature.Signed manifest = check.require(catalog.store(), listed.id());
            ManifestHead head = ManifestHead.read(manifest.json(), false);
            boolean own = head.id().equals(listed.id());
            return new Read(
                    new ListedBackup(
                            listed.id(),
                            own ? head : null,
                            own ? null : "its manifest is that of " + head.id(),
                            listed.evidence(),
                            listed.pinned()),
                    manifest,
                    null);
        } catch (Refused | ManifestDamagedException e) {
            return new Read(listed, null, e.fact());
        }
    }

    private ManifestOrigin origin(BackupId id, CheckSignature.@Nullable Signed signed) {
        return signed == null ? catalog.origin(id) : ManifestOrigin.read(signed.json());
    }

    private Seen look(Read read, Instant now) {
        ListedBackup listed = read.listed();
        ManifestHead head = listed.head();
        String distrust = read.distrust();
        if (head == null || distrust != null) {
            return doubtful(listed.id(), distrust == null ? String.valueOf(listed.damage()) : distrust);
        }
        Duration apart = Duration.between(listed.id().time(), head.createdAt()).abs();
        if (apart.compareTo(BEFORE_SNAPSHOT) > 0) {
            return doubtful(listed.id(), "its snapshot is of " + head.taken() + ", which its id does not say");
        }
        try {
            ManifestOrigin origin = origin(listed.id(), read.signed());
            return new Seen(
                    new Owner(head.database(), cluster(origin)),
                    new Candidate(
                            listed.id(),
                            head.createdAt(),
                            head.summary().bytes(),
                            standing(catalog.evidence(listed.id()), now),
                            listed.pinned() ? new Pins(catalog).reason(listed.id()) : null,
                            origin.position()),
                    null);
        } catch (ManifestDamagedException e) {
            return doubtful(listed.id(), e.fact());
        }
    }

    private static Seen doubtful(BackupId id, String why) {
        return new Seen(null, null, new Doubtful(id, why.lines().findFirst().orElse("")));
    }

    private static String cluster(ManifestOrigin origin) {
        String identifier = origin.systemIdentifier();
        if (identifier != null) {
            return identifier;
        }
        try {
            return DatabaseUrl.parse(origin.url()).address();
        } catch (AfException e) {
            return origin.url();
        }
    }

    /** Good evidence from the future proves nothing: what was found after it would be taken for older. */
    private static Standing standing(List<EvidenceFile> newestFirst, Instant now) {
        return newestFirst.stream()
                .filter(one -> !one.kind().good() || !one.at().isAfter(now.plus(DecideExpiry.CLOCKS)))
                .findFirst()
                .map(one -> one.kind().good() ? Standing.VERIFIED : Standing.FAILED)
                .orElse(Standing.UNVERIFIED);
    }
}
