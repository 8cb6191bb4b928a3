package io.agentflow.dr.app;

import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.follow.Follower;
import io.agentflow.dr.follow.SpareForFollowers.Family;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.store.BackupStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Has the backups of a database expire in each of its stores, in each as its own retention says. */
final class ScheduledExpiry {
    private final Operations operations;
    private final Consumer<String> say;

    ScheduledExpiry(Operations operations, Consumer<String> say) {
        this.operations = operations;
        this.say = say;
    }

    /** One store whose plan is doubtful, or that is away, does not keep the others. @throws AfException of the first */
    void expire(Operations.Served one, OperationEvents events) {
        List<Follower> followers = Followers.of(one);
        List<AfException> failures = new ArrayList<>();
        BackupStore primary = one.request().store();
        expire(one, primary, one.database().retention(), new Family(followers, Optional.empty()), events, failures);
        Family led = new Family(List.of(), Optional.of(primary));
        for (Follower follower : followers) {
            expire(one, follower.store().store(), follower.policy(), led, events, failures);
        }
        if (!failures.isEmpty()) {
            failures.stream().skip(1).forEach(other -> say.accept(one.database().name() + ": " + other.fact()));
            throw failures.get(0);
        }
    }

    private void expire(
            Operations.Served one,
            BackupStore store,
            RetentionPolicy policy,
            Family family,
            OperationEvents events,
            List<AfException> failures) {
        try {
            String name = one.database().name();
            RetentionPlan plan = operations.planRetention(
                    store, one.request().url().database().text(), database -> policy, database -> family);
            plan.warnings().forEach(warning -> say.accept(name + ": " + warning));
            requireNoDoubt(plan, store, events);
            Operations.Expired expired = operations.expire(store, plan, events);
            expired.left().forEach((id, why) -> say.accept(name + ": " + id + " does not expire yet: " + why));
            say.accept(name + ": " + Count.of(expired.ids().size(), "backup")
                    + (expired.ids().size() == 1 ? " has" : " have") + " expired"
                    + (one.request().followers().isEmpty() ? "" : " in " + store.name()));
        } catch (AfException e) {
            failures.add(e);
        }
    }

    private void requireNoDoubt(RetentionPlan plan, BackupStore store, OperationEvents events) {
        try {
            plan.requireNoDoubt();
        } catch (Refused e) {
            operations.refused("expire", "retention of " + store.name(), e, events);
            throw e;
        }
    }
}
