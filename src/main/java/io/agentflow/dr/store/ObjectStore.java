package io.agentflow.dr.store;

import io.agentflow.dr.core.BackupId;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keeps immutable objects under keys, as the clouds do: no rename, no lock, no folder. {@link ObjectBackupStore} keeps
 * backups in one. An object is visible whole or not at all. Safe for use by many threads. Every call fails with an
 * {@link io.agentflow.dr.core.AfException} that says whether another try may succeed.
 */
public interface ObjectStore extends AutoCloseable {
    /** How a person writes it, without its options: {@code s3://bucket/prefix}. */
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
     * the right ones is for the reader to check.
     *
     * @param from the offset of the first byte
     * @throws ObjectMissing if there is no such object
     * @throws StoreUnreachable if the store does not answer as it should
     */
    InputStream open(ObjectKey key, long from);

    /** What lies in a backup, however much. Pages are asked for as the stream is read. */
    default Stream<StoredFile> list(BackupId backup) {
        return list(backup, "");
    }

    /** The same, of the files whose paths come after this one in the order of their bytes. */
    Stream<StoredFile> list(BackupId backup, String after);

    /** What lies at the top of the store, in no order: objects by their names, folders with a slash behind theirs. */
    Stream<String> names();

    /** Makes an empty object at the top of the store, unless it is there. */
    void mark(String name);

    /** Deletes such an object; deleting what is not there succeeds. */
    void unmark(String name);

    /** The backups of which there is any object, in no order. */
    default Stream<BackupId> backups() {
        return names().filter(name -> name.endsWith("/"))
                .flatMap(name -> BackupId.parse(name.substring(0, name.length() - 1)).stream());
    }

    /** What is stored under the key, or nothing. */
    Optional<StoredObject> stat(ObjectKey key);

    /** Why the store keeps an object from being deleted, in words: until when it is locked. Empty if nothing is known. */
    default Optional<String> locked(ObjectKey key) {
        return Optional.empty();
    }

    /** Deletes the object; deleting what is not there succeeds. */
    void delete(ObjectKey key);

    /** Deletes whatever lies in a backup, also what no key can name. */
    void deleteAll(BackupId backup);

    /** Gives up the uploads of a backup that were cut short: invisible, but paid for. */
    void abortUploads(BackupId backup);

    /** Gives up all uploads that were begun before, by the store's clock. */
    void abortUploads(Instant before);

    @Override
    void close();
}
