package io.agentflow.dr.route;

import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.restore.LoadArchive;
import io.agentflow.dr.restore.LoadRun;
import io.agentflow.dr.restore.RestoreRun;
import java.util.Set;

/** The steps around pg_restore. */
public final class LoadSteps {
    private final LoadArchive load;

    public LoadSteps(LoadArchive load) {
        this.load = load;
    }

    /** Whether the staging database is loaded already, by a restore that failed at the swap. */
    public boolean loaded(RestoreRun.Staged staged) {
        return staged.loaded();
    }

    /** Goes on with what is loaded already; it is proven like any other. */
    public RestoreRun.Loaded keep(RestoreRun.Staged staged) {
        if (!staged.loaded()) {
            throw new OperationFailed(staged.staging() + " is not loaded", "Check the route restore-attempt.");
        }
        return new RestoreRun.Loaded(staged, staged.warnings(), Set.of(), 0);
    }

    public LoadRun arguments(RestoreRun.Staged staged) {
        return load.arguments(staged);
    }

    /** Waits for the end and judges it. */
    public LoadRun outcome(ToolOutput output) {
        if (output.run() instanceof LoadRun run) {
            return load.outcome(run, output.stream());
        }
        throw new OperationFailed(
                output.run().program().name() + " is no load", "Use this step in the routes of a restore only.");
    }

    public boolean unfinished(LoadRun run) {
        return load.unfinished(run);
    }

    public LoadRun again(LoadRun run) {
        return load.again(run);
    }

    public RestoreRun.Loaded finish(LoadRun run) {
        return load.finish(run);
    }
}
