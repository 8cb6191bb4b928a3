package io.agentflow.dr.retention;

import io.agentflow.dr.core.Count;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of the backups of one database.
 *
 * @param database as PostgreSQL calls it
 * @param cluster its system identifier, or where it was if no backup says that: databases of two clusters may have one name
 */
public record DatabasePlan(String database, String cluster, RetentionPolicy policy, DecideExpiry.Decided decided) {
    /** Those that expire, oldest first. */
    public List<Decision> expiring() {
        List<Decision> expiring = new ArrayList<>(
                decided.decisions().stream().filter(Decision::expires).toList());
        Collections.reverse(expiring);
        return expiring;
    }

    Optional<DatabasePlan> only(String id) {
        List<Decision> one = decided.decisions().stream()
                .filter(decision -> decision.backup().id().text().equals(id))
                .toList();
        return one.isEmpty()
                ? Optional.empty()
                : Optional.of(new DatabasePlan(
                        database,
                        cluster,
                        policy,
                        new DecideExpiry.Decided(decided.newest(), one, decided.held(), decided.doubt())));
    }

    /** What somebody should see to. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (decided.newest() == null) {
            warnings.add(database + ": nothing expires, as no backup of it has verified");
        }
        Optional.ofNullable(decided.held()).ifPresent(why -> warnings.add(database + ": nothing expires: " + why));
        Optional.ofNullable(decided.doubt()).ifPresent(why -> warnings.add(database + ": " + why));
        odd(warnings, KeepRule.FROM_THE_FUTURE, "is from the future", "are from the future");
        odd(warnings, KeepRule.NEWER_BY_LSN, "was taken with a wrong clock", "were taken with a wrong clock");
        spared(warnings);
        odd(warnings, KeepRule.UNVERIFIED, "was never verified", "were never verified");
        return warnings;
    }

    /** Those that only wait for another store. */
    private void spared(List<String> warnings) {
        List<Decision> waiting = decided.decisions().stream()
                .filter(one -> !one.kept().isEmpty()
                        && one.kept().stream().allMatch(why -> why.rule() == KeepRule.FOLLOWER_LACKS))
                .toList();
        if (!waiting.isEmpty()) {
            warnings.add(database + ": " + Count.of(waiting.size(), "backup") + " would expire, but "
                    + waiting.get(0).kept().get(0).text());
        }
    }

    private void odd(List<String> warnings, KeepRule rule, String one, String several) {
        long odd = decided.decisions().stream()
                .filter(decision -> decision.kept().stream().anyMatch(why -> why.rule() == rule))
                .count();
        if (odd > 0) {
            warnings.add(database + ": " + Count.of(odd, "backup") + " " + (odd == 1 ? one : several)
                    + " and will not expire by itself");
        }
    }
}
