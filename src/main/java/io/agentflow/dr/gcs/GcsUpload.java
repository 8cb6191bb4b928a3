package io.agentflow.dr.gcs;

import com.google.cloud.WriteChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageException;
import io.agentflow.dr.artifact.Digested;
import io.agentflow.dr.artifact.DigestingStream;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.store.ObjectContent;
import io.agentflow.dr.store.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One object on its way to Google Cloud Storage, with a mark that no other upload bears: when an answer gets lost, it
 * tells whether what is there now is ours.
 */
record GcsUpload(ObjectKey key, ObjectContent content, BlobId place, GcsOptions options, String mark) {
    static final String SHA256 = "af-sha256";
    static final String MARK = "af-upload";
    private static final String TYPE = "application/octet-stream";
    private static final int PIECE = 64 * 1024;

    static GcsUpload of(ObjectKey key, ObjectContent content, BlobId place, GcsOptions options) {
        return new GcsUpload(key, content, place, options, UUID.randomUUID().toString());
    }

    /**
     * Sends something small in one request.
     *
     * @return what the server says it has
     * @throws StorageException if that fails; it may be there all the same
     */
    Blob whole(Storage client) {
        byte[] bytes = new byte[Math.toIntExact(content.bytes())];
        long crc = digested(bytes);
        return client.create(
                described(crc),
                bytes,
                Storage.BlobTargetOption.doesNotExist(),
                Storage.BlobTargetOption.disableGzipContent());
    }

    /**
     * Sends something large chunk by chunk. It comes into being with the last one; until then, and after any failure, there
     * is nothing to see, and the server forgets it after a week.
     *
     * @throws StorageException if that fails; it may be there all the same
     */
    void inChunks(Storage client) {
        long crc = digested(null);
        WriteChannel channel = client.writer(
                described(crc), Storage.BlobWriteOption.doesNotExist(), Storage.BlobWriteOption.crc32cMatch());
        channel.setChunkSize(options.chunkBytes());
        try {
            send(channel, crc);
            // Not in any case: what is closed is complete, and comes into being.
            channel.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Reads all of it, into memory too if it is small, so that the server can compare. @return its CRC32C */
    private long digested(byte @Nullable [] bytes) {
        CRC32C crc = new CRC32C();
        try (DigestingStream all = new DigestingStream(new CheckedInputStream(content.open(), crc))) {
            if (bytes != null) {
                all.readNBytes(bytes, 0, bytes.length);
            }
            all.transferTo(OutputStream.nullOutputStream());
            content.require(key, all.result());
            return crc.getValue();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private BlobInfo described(long crc) {
        return BlobInfo.newBuilder(place)
                .setContentType(TYPE)
                .setStorageClass(options.storageClass())
                .setCrc32c(Base64.getEncoder()
                        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc).array()))
                .setMetadata(Map.of(SHA256, content.sha256().hex(), MARK, mark))
                .build();
    }

    private void send(WriteChannel channel, long crc) throws IOException {
        CRC32C sent = new CRC32C();
        long left = content.bytes();
        byte[] piece = new byte[PIECE];
        try (InputStream all = open()) {
            while (left > 0) {
                requireNotCancelled();
                int count = read(all, piece, (int) Math.min(left, PIECE));
                if (count <= 0) {
                    break;
                }
                sent.update(piece, 0, count);
                left -= count;
                write(channel, ByteBuffer.wrap(piece, 0, count));
            }
        }
        if (left > 0 || sent.getValue() != crc) {
            // It has changed since it was read: what it is now says how.
            digested(null);
            content.require(key, new Digested(content.bytes() - left, content.sha256()));
            throw unreadable(new IOException("it changes while it is read"));
        }
    }

    private InputStream open() {
        try {
            return content.open();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private int read(InputStream all, byte[] piece, int most) {
        try {
            return all.readNBytes(piece, 0, most);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static void write(WriteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void requireNotCancelled() {
        if (Thread.currentThread().isInterrupted()) {
            throw new Cancelled("interrupted while an object was uploaded", "Run the command again.", null);
        }
    }

    private OperationFailed unreadable(IOException e) {
        return new OperationFailed("'" + key + "' cannot be read: " + e.getMessage(), "Check the disk.", e);
    }

    /** The client wraps its own failures when it writes. */
    private static StorageException failure(IOException e) {
        return e.getCause() instanceof StorageException known ? known : new StorageException(e);
    }
}
