package io.agentflow.dr.daemon;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;

/**
 * Tells of each breach of a database's RPO once: when it begins, and again only after there was a backup in time. Each
 * database has a watch of its own: a store that hangs, as network folders do, must not silence the others.
 */
public final class OverdueWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OverdueWatch.class.getName());

    /** Others may make and delete backups: so often it is looked into a store where all is well … */
    private static final Duration SELDOM = Duration.ofMinutes(10);
    /** … and where a backup is overdue. */
    private static final Duration OFTEN = Duration.ofMinutes(1);

    private final DatabaseState database;
    private final Clock clock;
    private final Consumer<DatabaseState> refresh;
    private final Consumer<DatabaseState> tell;
    private final Instant began;
    private final Timer timer = new Timer("overdue-watch", true);
    private Instant looked;
    private boolean told;

    /**
     * @param refresh looks into the store before a breach is told: somebody else may have made a backup
     * @param tell tells of a breach
     */
    public OverdueWatch(
            DatabaseState database, Clock clock, Consumer<DatabaseState> refresh, Consumer<DatabaseState> tell) {
        this.database = database;
        this.clock = clock;
        this.refresh = refresh;
        this.tell = tell;
        this.began = clock.instant();
        this.looked = began;
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

    /** Looks once. */
    synchronized void look() {
        if (!overdue()) {
            told = false;
            refresh(SELDOM);
        } else if (told) {
            refresh(OFTEN);
        } else {
            refresh(Duration.ZERO);
            if (overdue()) {
                told = true;
                tell.accept(database);
            }
        }
    }

    private boolean overdue() {
        return database.overdue(began, clock.instant());
    }

    private void refresh(Duration every) {
        Instant now = clock.instant();
        if (!now.isBefore(looked.plus(every))) {
            looked = now;
            refresh.accept(database);
        }
    }

    @Override
    public void close() {
        timer.cancel();
    }
}
