package io.agentflow.dr.app;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.store.BackupStore;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that what came of an operation is in the metrics: of a command in the text file, if there is to be one; of a
 * service in its state, where its schedules have not put it themselves.
 */
final class Outcomes {
    private final @Nullable MetricsTextFile file;
    private volatile @Nullable Service service;

    Outcomes(AfConfig config, Clock clock) {
        this.file = config.given(ConfigKey.METRICS_TEXTFILE)
                ? new MetricsTextFile(Path.of(config.text(ConfigKey.METRICS_TEXTFILE)), clock)
                : null;
    }

    /** From now on operations are those of a service. */
    void servedBy(Service serving) {
        this.service = serving;
    }

    /** Puts an outcome into a state. */
    interface Done<T> {
        void into(DatabaseState state, T outcome, double seconds);
    }

    /**
     * Does the work, and takes down what came of it.
     *
     * @param database whose backup it is about, as PostgreSQL calls it; asked for only if somebody wants to know
     */
    <T> T around(
            BackupStore store,
            Supplier<String> database,
            OperationEvents events,
            Supplier<T> work,
            Done<T> done,
            BiConsumer<DatabaseState, AfException> failed) {
        long start = System.nanoTime();
        try {
            T outcome = work.get();
            double seconds = (System.nanoTime() - start) / 1e9;
            tell(store, database, state -> done.into(state, outcome, seconds), events);
            return outcome;
        } catch (RuntimeException e) {
            AfException known = AfException.in(e);
            AfException why = known == null
                    ? new AfException(ExitCode.FAILED, "a bug, or a step of somebody's own", "", e)
                    : known;
            tell(store, database, state -> failed.accept(state, why), events);
            throw e;
        }
    }

    private void tell(
            BackupStore store, Supplier<String> database, Consumer<DatabaseState> outcome, OperationEvents events) {
        Service serving = service;
        try {
            if (serving != null) {
                serving.state(store, database).ifPresent(outcome);
            } else if (file != null) {
                file.write(store, database.get(), outcome, events);
            }
        } catch (AfException | UncheckedIOException e) {
            // What came of the operation stays what it is.
            events.accept(new OperationEvent.Warned("the metrics could not be brought up to date: " + e.getMessage()));
        }
    }
}
