package io.agentflow.dr.app;

import io.agentflow.dr.backup.BackupRequest;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.event.Announcer;
import io.agentflow.dr.follow.Persistence;
import io.agentflow.dr.store.NamedStore;
import java.util.ArrayList;
import java.util.List;

/** Has the followers of a store get a backup that was just published, one after the other, and waits for them. */
final class FollowNow {
    private final Operations operations;
    private final Persistence persistence;
    private final Announcer announcer;
    private final Requester who;

    FollowNow(Operations operations, Persistence persistence, Announcer announcer, Requester who) {
        this.operations = operations;
        this.persistence = persistence;
        this.announcer = announcer;
        this.who = who;
    }

    List<Operations.LeftBehind> follow(BackupRequest request, BackupId id, OperationEvents events) {
        List<Operations.LeftBehind> behind = new ArrayList<>();
        if (!request.followers().isEmpty()) {
            // A store may let us wait; whoever then ends it knows what there is.
            events.accept(new OperationEvent.Noted(
                    "published", id + " in " + request.store().name()));
        }
        for (NamedStore follower : request.followers()) {
            try {
                persistence.run(() -> operations.copy(request.store(), id, follower.store(), events));
            } catch (Cancelled e) {
                throw e;
            } catch (Busy e) {
                // A service is sending it already.
                events.accept(
                        new OperationEvent.Warned(follower.name() + " is being sent it by somebody else: " + e.fact()));
            } catch (AfException e) {
                behind.add(new Operations.LeftBehind(follower.name(), e.fact(), e.hint()));
                announcer.behind(request.url().database().text(), follower.name(), who, 1, e.fact());
            }
        }
        return behind;
    }
}
