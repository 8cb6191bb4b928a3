package io.agentflow.dr.app;

import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.NamedStore;
import io.agentflow.dr.verify.VerifyExtent;
import io.agentflow.dr.verify.VerifyReport;
import java.util.function.Consumer;

/**
 * Reads the newest backup of a database back in each store that follows: the whole of it in a directory, a sample where
 * reading costs money. What is found is evidence there, so that a damaged copy counts for none.
 */
final class FollowerCheck {
    private static final VerifyExtent SAMPLE = new VerifyExtent(10);

    private final Operations operations;
    private final Consumer<String> say;

    FollowerCheck(Operations operations, Consumer<String> say) {
        this.operations = operations;
        this.say = say;
    }

    /** One that cannot be read does not keep the others from being. */
    void check(Operations.Served one, OperationEvents events) {
        for (NamedStore follower : one.request().followers()) {
            String where = one.database().name() + ": in " + follower.name() + " ";
            try {
                say.accept(where + check(one, follower.store(), events));
            } catch (Cancelled e) {
                throw e;
            } catch (AfException e) {
                say.accept(where + "the newest backup could not be verified: " + e.fact());
            }
        }
    }

    private String check(Operations.Served one, BackupStore store, OperationEvents events) {
        BackupId id =
                new BackupCatalog(store).select("latest", one.request().url().database());
        VerifyExtent extent = store.remote() ? SAMPLE : VerifyExtent.WHOLE;
        VerifyReport report = operations.verify(store, id, extent, events);
        String damage = report.damage();
        if (damage != null) {
            return damage;
        }
        return extent.whole() ? id + " is whole" : "a sample of " + id + " is whole";
    }
}
