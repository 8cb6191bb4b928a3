package io.agentflow.dr.testing;

import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectKey;
import io.agentflow.dr.store.StoreUnreachable;
import io.agentflow.dr.store.StoredObject;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A store with something wrong: calls that fail, streams that are cut or lie. Everything else is the real store's. */
public final class FaultyStore implements BackupStore {
    private final BackupStore store;
    private final AtomicInteger failingPuts = new AtomicInteger();
    private final AtomicInteger failingOpens = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicInteger opens = new AtomicInteger();
    private final AtomicInteger puts = new AtomicInteger();
    private String victim = "";
    private long cutAt = Long.MAX_VALUE;
    private long flipAt = -1;
    private boolean lasting;

    public FaultyStore(BackupStore store) {
        this.store = store;
    }

    /** Hits only objects whose keys end like this. */
    public FaultyStore onlyAt(String ending) {
        victim = ending;
        return this;
    }

    /** The next so many puts fail, with nothing stored. */
    public FaultyStore failPuts(int count) {
        failingPuts.set(count);
        return this;
    }

    /** The next so many attempts to open fail. */
    public FaultyStore failOpens(int count) {
        failingOpens.set(count);
        return this;
    }

    /** Failures are of the kind that stays, such as a lack of rights. */
    public FaultyStore forGood() {
        lasting = true;
        return this;
    }

    /** The next so many streams break after so many bytes each. */
    public FaultyStore cut(int streams, long bytes) {
        cuts.set(streams);
        cutAt = bytes;
        return this;
    }

    /** Whoever reads this byte of an object gets another one. */
    public FaultyStore flip(long offset) {
        flipAt = offset;
        return this;
    }

    public int opens() {
        return opens.get();
    }

    public int puts() {
        return puts.get();
    }

    private StoreUnreachable failure() {
        return lasting
                ? StoreUnreachable.lasting(this, "refused", "Give it the right to.", null)
                : StoreUnreachable.passing(this, "a fault of the test", null);
    }

    private boolean hits(ObjectKey key, AtomicInteger faults) {
        return key.text().endsWith(victim) && faults.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public StoredObject put(ObjectKey key, ObjectContent content) {
        puts.incrementAndGet();
        if (hits(key, failingPuts)) {
            throw failure();
        }
        return store.put(key, content);
    }

    @Override
    public InputStream open(ObjectKey key, long from) {
        opens.incrementAndGet();
        if (hits(key, failingOpens)) {
            throw failure();
        }
        InputStream object = store.open(key, from);
        long cut = hits(key, cuts) ? cutAt : Long.MAX_VALUE;
        return new Faulty(object, from, cut, key.text().endsWith(victim) ? flipAt : -1);
    }

    @Override
    public Stream<StoredObject> list(String prefix) {
        return store.list(prefix);
    }

    @Override
    public Stream<String> folders() {
        return store.folders();
    }

    @Override
    public Optional<StoredObject> stat(ObjectKey key) {
        return store.stat(key);
    }

    @Override
    public void delete(ObjectKey key) {
        store.delete(key);
    }

    @Override
    public int sweep(String prefix, Instant before) {
        return store.sweep(prefix, before);
    }

    @Override
    public void close() {
        store.close();
    }

    private static final class Faulty extends FilterInputStream {
        private long at;
        private long left;
        private final long flip;

        Faulty(InputStream object, long from, long cut, long flip) {
            super(object);
            this.at = from;
            this.left = cut;
            this.flip = flip;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                throw new IOException("connection reset");
            }
            int count = in.read(buffer, offset, (int) Math.min(length, left));
            if (count > 0) {
                if (flip >= at && flip < at + count) {
                    buffer[offset + (int) (flip - at)] ^= 1;
                }
                at += count;
                left -= count;
            }
            return count;
        }
    }
}
