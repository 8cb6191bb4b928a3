package io.agentflow.dr.backup;

import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.postgres.CopyProgress;
import io.agentflow.dr.postgres.DatabaseCatalog;
import io.agentflow.dr.postgres.Sql;
import io.agentflow.dr.postgres.TableSize;
import io.agentflow.dr.postgres.WatchCopies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells how far the dump of the data has come, by bytes of the tables that were and are being copied. */
final class DumpProgress {
    private final Operation operation;
    private final SnapshotContents contents;
    private final Set<Long> begun = new HashSet<>();
    private Map<Long, TableSize> sizes = Map.of();
    private long total = 1;

    private DumpProgress(Operation operation, SnapshotContents contents) {
        this.operation = operation;
        this.contents = contents;
    }

    static WatchCopies watch(Operation operation, BackupRequest request, Path folder, SnapshotContents contents) {
        return new WatchCopies(
                request.url(),
                operation.sessionName(DumpTools.DATA),
                new DumpProgress(operation, contents)::tell,
                () -> size(folder.resolve(DumpTools.DATA)),
                operation::beat);
    }

    /** The bytes that the dump has written so far: servers before 14 tell nothing of a COPY. */
    private static String size(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return String.valueOf(
                    files.mapToLong(file -> file.toFile().length()).sum());
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }

    private void tell(Sql sql, List<CopyProgress> copies) {
        if (sizes.isEmpty()) {
            sizes = new DatabaseCatalog(sql).sizes();
            total = Math.max(
                    1,
                    contents.relations().stream()
                            .filter(r -> r.kind().dumped())
                            .mapToLong(r -> size(r.oid()).bytes())
                            .sum());
        }
        long done = finished(copies);
        for (CopyProgress copy : copies) {
            TableSize size = size(copy.oid());
            done += size.rows() == 0 ? 0 : (long) (size.bytes() * Math.min(1.0, (double) copy.rows() / size.rows()));
        }
        CopyProgress largest = copies.get(0);
        String detail = String.format(
                Locale.ROOT,
                "%s %,d of about %,d rows",
                largest.qualifiedName(),
                largest.rows(),
                Math.max(largest.rows(), size(largest.oid()).rows()));
        operation
                .events()
                .accept(new OperationEvent.Progress(DumpTools.DATA, Math.min(0.99, (double) done / total), detail));
    }

    private TableSize size(long oid) {
        return sizes.getOrDefault(oid, new TableSize(0, 0));
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
}
