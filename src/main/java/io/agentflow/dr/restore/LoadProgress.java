package io.agentflow.dr.restore;

import io.agentflow.dr.core.Count;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.TableEntry;
import io.agentflow.dr.postgres.CopyProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells how far the load has come: by rows where the backup counted them, else by tables. */
final class LoadProgress {
    private final RestoreRun.Staged staged;
    private final Map<String, Long> rowsOf = new HashMap<>();
    private final Map<String, Long> loadedOf = new HashMap<>();
    private final int tables;
    private final long rows;
    private int finished;

    LoadProgress(RestoreRun.Staged staged) {
        this.staged = staged;
        Manifest manifest = staged.planned().backup().manifest();
        for (TableEntry table : manifest.tables()) {
            Long counted = table.rows();
            if (counted != null) {
                rowsOf.put(table.qualifiedName(), counted);
            }
        }
        Long total = manifest.summary().rows();
        this.tables = manifest.summary().tables();
        this.rows = total == null ? 0 : total;
    }

    /** One more table is loaded. */
    synchronized void finishedOne() {
        finished++;
        double done = tables == 0 ? 1 : (double) finished / tables;
        tell(rows == 0 ? done : loaded(), finished + " of " + Count.of(tables, "table"));
    }

    /** What the server says of the copies under way. */
    synchronized void seen(List<CopyProgress> copies) {
        copies.forEach(copy -> loadedOf.put(copy.qualifiedName(), copy.rows()));
        CopyProgress largest = copies.get(0);
        long expected = rowsOf.getOrDefault(largest.qualifiedName(), 0L);
        String detail = String.format(
                Locale.ROOT,
                "%d of %d tables   %s %,d%s rows",
                finished,
                tables,
                largest.qualifiedName(),
                largest.rows(),
                expected == 0 ? "" : String.format(Locale.ROOT, " of %,d", expected));
        tell(rows == 0 ? (double) finished / Math.max(1, tables) : loaded(), detail);
    }

    private double loaded() {
        return (double) loadedOf.values().stream().mapToLong(Long::longValue).sum() / rows;
    }

    private void tell(double done, String detail) {
        staged.operation()
                .events()
                .accept(new OperationEvent.Progress("load", Math.max(0, Math.min(0.99, done)), detail));
    }
}
