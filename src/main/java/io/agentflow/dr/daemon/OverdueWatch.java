package io.agentflow.dr.daemon;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;

/** Tells of each breach of an RPO once: when it begins, and again only after there was a backup in time. */
public final class OverdueWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OverdueWatch.class.getName());

    /** Others may make and delete backups: so often it is looked into a store where all is well … */
    private static final Duration SELDOM = Duration.ofMinutes(10);
    /** … and where a backup is overdue. */
    private static final Duration OFTEN = Duration.ofMinutes(1);

    private final Collection<DatabaseState> databases;
    private final Clock clock;
    private final Consumer<DatabaseState> refresh;
    private final Consumer<DatabaseState> tell;
    private final Instant began;
    private final Map<DatabaseState, Instant> looked = new HashMap<>();
    private final Set<DatabaseState> told = new HashSet<>();
    private final Timer timer = new Timer("overdue-watch", true);

    /**
     * @param refresh looks into the store before a breach is told: somebody else may have made a backup
     * @param tell tells of a breach
     */
    public OverdueWatch(
            Collection<DatabaseState> databases,
            Clock clock,
            Consumer<DatabaseState> refresh,
            Consumer<DatabaseState> tell) {
        this.databases = databases;
        this.clock = clock;
        this.refresh = refresh;
        this.tell = tell;
        this.began = clock.instant();
    }

    /** Looks from now on, so often. */
    public void start(Duration every) {
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        lookAgain();
                    }
                },
                every.toMillis(),
                every.toMillis());
    }

    /** What fails now is looked at again: an exception would end the watch for ever. */
    private void lookAgain() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "it cannot be seen whether a backup is overdue", e);
        }
    }

    /** Looks at every database once. */
    synchronized void look() {
        for (DatabaseState state : databases) {
            if (!state.overdue(began, clock.instant())) {
                told.remove(state);
                refresh(state, SELDOM);
            } else if (told.contains(state)) {
                refresh(state, OFTEN);
            } else {
                refresh(state, Duration.ZERO);
                if (state.overdue(began, clock.instant())) {
                    told.add(state);
                    tell.accept(state);
                }
            }
        }
    }

    private void refresh(DatabaseState state, Duration every) {
        Instant now = clock.instant();
        if (!now.isBefore(looked.getOrDefault(state, began).plus(every))) {
            looked.put(state, now);
            refresh.accept(state);
        }
    }

    @Override
    public void close() {
        timer.cancel();
    }
}
