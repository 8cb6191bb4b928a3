package io.agentflow.dr.store;

import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keeps immutable objects under keys. An object is visible whole or not at all. Safe for use by many threads. Every call
 * fails with an {@link io.agentflow.dr.core.AfException} that says whether another try may succeed. What every adapter
 * must do is in {@code BackupStoreContract}.
 */
public interface BackupStore extends AutoCloseable {
    /** How a person writes it, without secrets: {@code s3://bucket/prefix}. */
    String name();

    /**
     * Stores the content under the key, durably, and returns what the store now holds. Size and digest are compared on the
     * way in.
     *
     * @throws ObjectExists if the key is taken, also by somebody who is faster by a moment; nothing is ever overwritten
     * @throws ObjectDamaged if the bytes are not what the content says; then nothing is stored
     * @throws StoreUnreachable if the store does not answer as it should
     */
    StoredObject put(ObjectKey key, ObjectContent content);

    /**
     * Opens an object for reading. A read that fails says so by an exception, never by an early end; whether the bytes are
     * the right ones is for the reader to check, with {@link FetchObject}.
     *
     * @param from the offset of the first byte
     * @throws ObjectMissing if there is no such object
     * @throws StoreUnreachable if the store does not answer as it should
     */
    InputStream open(ObjectKey key, long from);

    /**
     * All objects whose keys begin with the prefix, ordered by key. Pages are asked for as the stream is read: close it.
     *
     * @param prefix any beginning of a key; empty for all
     */
    Stream<StoredObject> list(String prefix);

    /** The first names of all keys that have more than one, each once, in order: one for each backup. */
    Stream<String> folders();

    /** What is stored under the key, or nothing. */
    Optional<StoredObject> stat(ObjectKey key);

    /** Deletes the object; deleting what is not there succeeds. */
    void delete(ObjectKey key);

    /**
     * Removes what uploads left that were cut short: invisible, but paid for.
     *
     * @param prefix of the keys that they were for
     * @param before only those that were begun before, by the store's clock
     * @return how many
     */
    int sweep(String prefix, Instant before);

    @Override
    void close();
}
