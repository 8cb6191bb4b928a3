package io.agentflow.dr.backup;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.postgres.Connections;
import io.agentflow.dr.postgres.CopyProgress;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.postgres.TableSize;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells how far the dump of the data has come, from what the server says of its COPY commands. Only watches: the backup
 * does not depend on it.
 */
final class WatchDump implements AutoCloseable {
    private final BackupRun.Open run;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watch-dump");
        thread.setDaemon(true);
        return thread;
    });
    private final Future<?> looking;
    private final Set<Long> begun = new HashSet<>();
    private Map<Long, TableSize> sizes = Map.of();
    private long total = 1;
    private @Nullable Sql sql;

    /** Begins to look after a second: what is done by then needs no progress bar, and no session of its own. */
    WatchDump(BackupRun.Open run) {
        this.run = run;
        this.looking = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private synchronized Sql session() {
        Sql session = sql;
        if (session == null) {
            session = Connections.open(run.request().url(), run.operation().sessionName("watch"));
            sql = session;
            sizes = new DatabaseCatalog(session).sizes();
            total = Math.max(
                    1,
                    run.contents().relations().stream()
                            .filter(r -> r.kind().dumped())
                            .mapToLong(r -> size(r.oid()).bytes())
                            .sum());
        }
        return session;
    }

    private TableSize size(long oid) {
        return sizes.getOrDefault(oid, new TableSize(0, 0));
    }

    private void look() {
        try {
            List<CopyProgress> copies =
                    CopyProgress.of(session(), run.operation().sessionName(DumpTools.DATA));
            if (!copies.isEmpty()) {
                tell(copies);
            }
        } catch (AfException e) {
            // If the server has gone, the dump itself will say so, and better.
            timer.shutdown();
        }
    }

    private void tell(List<CopyProgress> copies) {
        long done = finished(copies);
        for (CopyProgress copy : copies) {
            TableSize size = size(copy.oid());
            done += size.rows() == 0 ? 0 : (long) (size.bytes() * Math.min(1.0, (double) copy.rows() / size.rows()));
        }
        CopyProgress largest = copies.get(0);
        String detail = String.format(
                Locale.ROOT,
                "%s %,d of about %,d rows",
                largest.table(),
                largest.rows(),
                Math.max(largest.rows(), size(largest.oid()).rows()));
        run.operation()
                .events()
                .accept(new OperationEvent.Progress(DumpTools.DATA, Math.min(0.99, (double) done / total), detail));
    }

    /** Bytes of the tables that were being copied at an earlier look and are no more. */
    private long finished(List<CopyProgress> copies) {
        Set<Long> now = copies.stream().map(CopyProgress::oid).collect(Collectors.toSet());
        begun.addAll(now);
        return begun.stream()
                .filter(oid -> !now.contains(oid))
                .mapToLong(oid -> size(oid).bytes())
                .sum();
    }

    @Override
    public void close() {
        looking.cancel(true);
        timer.shutdownNow();
        synchronized (this) {
            if (sql != null) {
                sql.abort();
            }
        }
    }
}
