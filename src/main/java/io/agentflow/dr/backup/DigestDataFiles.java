package io.agentflow.dr.backup;

import io.agentflow.dr.age.EncryptingStream;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DurableFile;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.manifest.Component;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.manifest.FileEntry;
import io.agentflow.dr.process.RunningProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Digests each file of the directory archive as soon as pg_dump says that it is finished, and gives it to the store, while
 * the others are still being dumped.
 */
public final class DigestDataFiles {
    /** {@code pg_dump: finished item 3391 TABLE DATA messages}: the number is that of the file. */
    private static final Pattern FINISHED = Pattern.compile("pg_dump: finished item (\\d+) TABLE DATA .*");

    /** The archive's table of contents. */
    static final String CONTENTS = "toc.dat";

    /** What a file was when it was digested; one that changed afterwards is digested again. */
    private record Seen(long size, FileTime modifiedAt, Digested content) {}

    private final BackupRun.Open run;
    private final Path folder;
    private final Map<Path, Seen> seen = new ConcurrentHashMap<>();
    /** What may not be in the folder any more, or has been encrypted. */
    private final Map<BackupPath, FileEntry> finished = new ConcurrentHashMap<>();

    private volatile @Nullable AfException refused;
    private volatile @Nullable RunningProgram program;
    private final ExecutorService digester = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "data-digest");
        thread.setDaemon(true);
        return thread;
    });
    private int items;

    DigestDataFiles(BackupRun.Open run, Path folder) {
        this.run = run;
        this.folder = folder;
        run.operation().hold(digester::shutdownNow);
        run.request()
                .staging()
                .limit()
                .ifPresent(limit ->
                        run.operation().hold(new WatchStaging(run.folder(), limit, taken -> exceeded(taken, limit))));
    }

    /** How many tables are dumped so far. */
    public synchronized int finished() {
        return items;
    }

    private void exceeded(ByteSize taken, ByteSize limit) {
        refuse(new OperationFailed(
                "the backup takes " + taken + " in " + run.request().store().workspace() + ", the limit is " + limit,
                run.request().staging().stream()
                        ? "The store takes its files more slowly than they are written: use fewer --jobs, or raise af.staging-limit-mib."
                        : "Use --stream, which keeps no file longer than it must, or raise af.staging-limit-mib."));
    }

    /** There is no use in going on: ends pg_dump. */
    private void refuse(AfException why) {
        refused = why;
        RunningProgram running = program;
        if (running != null) {
            running.close();
        }
    }

    /** Takes each line that pg_dump says. */
    public void said(RunningProgram program, String line) {
        this.program = program;
        Matcher item = FINISHED.matcher(line);
        if (item.matches()) {
            synchronized (this) {
                items++;
            }
            digester.execute(() -> digestItem(item.group(1)));
        }
    }

    private void digestItem(String number) {
        for (String ending : List.of(".dat.gz", ".dat.zst", ".dat.lz4", ".dat")) {
            Path file = folder.resolve(number + ending);
            if (Files.exists(file)) {
                try {
                    finish(file);
                } catch (IOException e) {
                    // Whatever could not be read now is read, and complained of, when pg_dump has ended.
                    seen.remove(file);
                }
            }
        }
    }

    private void finish(Path file) throws IOException {
        FileEntry entry =
                run.request().recipients().none() ? FileEntry.of(path(file).text(), digest(file)) : encrypt(file);
        try {
            if (run.request().staging().stream()) {
                finished.put(entry.path(), entry);
                run.partial().handOver(entry.path(), new Digested(entry.bytes(), entry.sha256()));
            } else {
                run.partial().finished(entry.path(), new Digested(entry.bytes(), entry.sha256()));
            }
        } catch (AfException e) {
            refuse(e);
        }
    }

    /** Puts an encrypted file in its place; of the table of contents the plain one stays until it has been checked. */
    private FileEntry encrypt(Path file) throws IOException {
        Path target = file.resolveSibling(file.getFileName() + FileEntry.ENCRYPTED);
        EncryptingStream encrypting = run.request().recipients().encrypting(Files.newInputStream(file));
        Digested stored = DurableFile.write(target, encrypting);
        FileEntry entry = FileEntry.encrypted(path(target).text(), stored, encrypting.plain());
        finished.put(entry.path(), entry);
        if (!String.valueOf(file.getFileName()).equals(CONTENTS)) {
            Files.delete(file);
        }
        return entry;
    }

    private static BackupPath path(Path file) {
        return new BackupPath(DumpTools.DATA + "/" + file.getFileName());
    }

    /** Why pg_dump was ended, if it was. */
    Optional<AfException> refused() {
        return Optional.ofNullable(refused);
    }

    private Digested digest(Path file) throws IOException {
        long size = Files.size(file);
        FileTime modifiedAt = Files.getLastModifiedTime(file);
        Seen before = seen.get(file);
        if (before != null && before.size == size && before.modifiedAt.equals(modifiedAt)) {
            return before.content;
        }
        Digested content = FileDigest.of(file);
        seen.put(file, new Seen(size, modifiedAt, content));
        return content;
    }

    /** All files of the archive, once pg_dump has ended well. */
    BackupPart collect() {
        digester.shutdown();
        try (Stream<Path> files = Files.list(folder)) {
            if (!digester.awaitTermination(1, TimeUnit.DAYS)) {
                throw new OperationFailed("the data files were not digested within a day", "Check the disk.");
            }
            List<FileEntry> entries = new ArrayList<>();
            // What is there now: encrypting makes more. None is known twice: each large object is a file.
            for (Path file : files.toList()) {
                if (finished.containsKey(path(file))) {
                    continue;
                }
                if (!run.request().recipients().none()) {
                    finish(file);
                } else {
                    entries.add(FileEntry.of(path(file).text(), digest(file)));
                    seen.remove(file);
                }
            }
            entries.addAll(finished.values());
            return new BackupPart.Dumped(run, new Component(ComponentKind.DATA, entries));
        } catch (IOException e) {
            throw new OperationFailed("the data files cannot be read: " + e.getMessage(), "Check the disk.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationFailed("interrupted while the data files were digested", "Run it again.", e);
        }
    }
}
