package io.agentflow.dr.copy;

import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.FileDigest;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.ByteSize;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.core.VerificationFailed;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.Concurrently;
import io.agentflow.dr.store.IncomingBackup;
import io.agentflow.dr.store.LocalBackup;
import io.agentflow.dr.store.ObjectDamaged;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Sends the files of a backup but its manifest, those that have not arrived before. Where they must be fetched first, no
 * more of them lies on this machine at a time than a piece of a gibibyte, or one file that is larger.
 */
final class SendFiles {
    private static final int AT_ONCE = 8;
    private static final int MOST_FILES = 256;
    private static final long MOST_BYTES = 1L << 30;

    private final LocalBackup files;
    private final IncomingBackup to;
    private final BackupStore from;
    private final BackupId id;
    private final Operation operation;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicInteger sentFiles = new AtomicInteger();

    SendFiles(CopyBackup.Requested requested, LocalBackup files, IncomingBackup to) {
        this.files = files;
        this.to = to;
        this.from = requested.from();
        this.id = requested.id();
        this.operation = requested.operation();
    }

    /** How much was sent now. */
    record Sent(int files, long bytes) {}

    /**
     * Returns when the store has all of them.
     *
     * @throws VerificationFailed if one of them is not what the manifest says
     */
    Sent send(SortedMap<BackupPath, Digested> wanted) {
        long total = wanted.values().stream().mapToLong(Digested::bytes).sum();
        Queue<Map.Entry<BackupPath, Digested>> missing = new ConcurrentLinkedQueue<>();
        Concurrently.each(List.copyOf(wanted.entrySet()), AT_ONCE, file -> {
            if (to.has(file.getKey(), file.getValue())) {
                progress(file.getValue().bytes(), total);
            } else {
                missing.add(file);
            }
        });
        for (List<Map.Entry<BackupPath, Digested>> piece : pieces(missing, from.remote())) {
            Set<String> paths = piece.stream().map(file -> file.getKey().text()).collect(Collectors.toSet());
            files.fetch(paths::contains);
            Concurrently.each(piece, AT_ONCE, file -> {
                send(file.getKey(), file.getValue());
                progress(file.getValue().bytes(), total);
            });
        }
        return new Sent(sentFiles.get(), sentBytes.get());
    }

    private static List<List<Map.Entry<BackupPath, Digested>>> pieces(
            Queue<Map.Entry<BackupPath, Digested>> missing, boolean staged) {
        // The largest first, so that no thread is left alone with it at the end.
        List<Map.Entry<BackupPath, Digested>> sorted = missing.stream()
                .sorted((one, other) ->
                        Long.compare(other.getValue().bytes(), one.getValue().bytes()))
                .toList();
        List<List<Map.Entry<BackupPath, Digested>>> pieces = new ArrayList<>();
        List<Map.Entry<BackupPath, Digested>> piece = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<BackupPath, Digested> file : sorted) {
            boolean full = piece.size() == MOST_FILES || bytes + file.getValue().bytes() > MOST_BYTES;
            if (staged && full && !piece.isEmpty()) {
                pieces.add(piece);
                piece = new ArrayList<>();
                bytes = 0;
            }
            piece.add(file);
            bytes += file.getValue().bytes();
        }
        pieces.add(piece);
        return pieces;
    }

    private void send(BackupPath path, Digested content) {
        Digested arrived = files.arrived().get(path);
        if (!Files.isRegularFile(path.in(files.folder())) || (arrived != null && !arrived.equals(content))) {
            throw damaged(path);
        }
        try {
            to.put(path, path.in(files.folder()), content);
        } catch (ObjectDamaged e) {
            throw unchanged(path, content) ? e : damaged(path);
        }
        files.release(path);
        sentFiles.incrementAndGet();
        sentBytes.addAndGet(content.bytes());
    }

    /** Whether it was damaged on its way, and is what it should be here. */
    private boolean unchanged(BackupPath path, Digested content) {
        try {
            return FileDigest.of(path.in(files.folder())).equals(content);
        } catch (IOException e) {
            return false;
        }
    }

    private VerificationFailed damaged(BackupPath path) {
        return new VerificationFailed(
                "backup " + id + " in " + from.name() + " is damaged: " + path + " is not what the manifest says",
                "Nothing of it counts in the other store. See all with: af backup verify " + id + " "
                        + ShellWord.of(from.name()));
    }

    /** One at a time: told out of order it would seem to go back, and not to end. */
    private synchronized void progress(long bytes, long total) {
        long now = done.addAndGet(bytes);
        operation.beat();
        operation
                .events()
                .accept(new OperationEvent.Progress(
                        "copy",
                        total == 0 ? 1 : (double) now / total,
                        new ByteSize(now) + " of " + new ByteSize(total)));
    }
}
