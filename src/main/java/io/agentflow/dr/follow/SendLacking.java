package io.agentflow.dr.follow;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.Busy;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Unreachable;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends a follower what it lacks, newest first. One backup that cannot be sent does not stand in the way of the others. */
public final class SendLacking {
    private final Consumer<BackupId> copy;
    private final Persistence persistence;
    private int sent;
    private int busy;
    private @Nullable String why;

    /** @param copy has the follower get one; throws an {@link AfException} if it cannot */
    public SendLacking(Consumer<BackupId> copy, Persistence persistence) {
        this.copy = copy;
        this.persistence = persistence;
    }

    /**
     * What has come of it.
     *
     * @param sent how many it has now that it lacked
     * @param elsewhere how many somebody else is sending it
     * @param why what stood in the way of the others; null if nothing did
     */
    public record Sent(int sent, int elsewhere, @Nullable String why) {}

    /**
     * Sends these.
     *
     * @param each is called after each that has arrived
     * @throws Cancelled if somebody ends it
     */
    public Sent send(List<BackupId> absent, Runnable each) {
        for (BackupId id : absent) {
            if (!send(id, each)) {
                break;
            }
        }
        return new Sent(sent, busy, why);
    }

    /** @return whether it makes sense to go on */
    private boolean send(BackupId id, Runnable each) {
        try {
            persistence.run(() -> copy.accept(id));
            sent++;
            each.run();
            return true;
        } catch (Cancelled e) {
            throw e;
        } catch (Busy e) {
            busy++;
            return true;
        } catch (AfException e) {
            why = why == null ? e.fact() : why;
            return !(e instanceof Unreachable);
        }
    }
}
