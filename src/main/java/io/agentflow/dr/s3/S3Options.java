package io.agentflow.dr.s3;

import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.StorageClass;

/**
 * What the URI of an S3 store asks for. What it leaves out is as AWS's own tools have it.
 *
 * @param endpoint of a server that is not AWS's
 * @param pathStyle whether the bucket stands in the path, as most other servers want it
 * @param profile of AWS's configuration files
 * @param encryption on the server: AES256, aws:kms or aws:kms:dsse
 * @param lockMode how objects are kept from being deleted, GOVERNANCE or COMPLIANCE
 * @param lockTime for how long, from when each is stored
 * @param partBytes what is larger is uploaded in parts of at least this size
 * @param timeout how long one request may take, beyond what its bytes need at a very slow pace
 */
record S3Options(
        @Nullable String region,
        @Nullable URI endpoint,
        boolean pathStyle,
        @Nullable String profile,
        @Nullable ServerSideEncryption encryption,
        @Nullable String kmsKey,
        @Nullable StorageClass storageClass,
        @Nullable ObjectLockMode lockMode,
        Duration lockTime,
        long partBytes,
        Duration timeout) {
    private static final Set<String> KNOWN = new TreeSet<>(Set.of(
            "region",
            "endpoint",
            "path-style",
            "profile",
            "sse",
            "sse-kms-key-id",
            "storage-class",
            "object-lock-mode",
            "object-lock-days",
            "part-size-mib",
            "timeout-seconds"));
    private static final long MIB = 1024 * 1024;
    private static final long MOST_PARTS = 10_000;
    private static final long SLOWEST_BYTES_PER_SECOND = 32 * 1024;

    /** @throws UsageError if an option is unknown or wrong */
    static S3Options of(StoreUri uri) {
        uri.requireOnly(KNOWN);
        ObjectLockMode lock = lockMode(uri);
        long days = uri.number("object-lock-days", 0, 1, 36_500);
        if ((lock == null) != (days == 0)) {
            throw new UsageError(
                    "the store '" + uri.text() + "' has only one of object-lock-mode and object-lock-days",
                    "Give both, or leave both out.");
        }
        return new S3Options(
                uri.options().get("region"),
                endpoint(uri),
                flag(uri, "path-style"),
                uri.options().get("profile"),
                encryption(uri),
                uri.options().get("sse-kms-key-id"),
                storageClass(uri),
                lock,
                Duration.ofDays(days),
                uri.number("part-size-mib", 16, 5, 5 * 1024) * MIB,
                Duration.ofSeconds(uri.number("timeout-seconds", 60, 1, 3600)));
    }

    private static boolean flag(StoreUri uri, String name) {
        return switch (uri.option(name, "false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw uri.wrongOption(name, "true or false");
        };
    }

    private static @Nullable URI endpoint(StoreUri uri) {
        String given = uri.option("endpoint", "");
        if (given.isEmpty()) {
            return null;
        }
        if (!given.matches("https?://[A-Za-z0-9.\\[\\]:-]+/?")) {
            throw uri.wrongOption("endpoint", "http://host:port or https://host:port");
        }
        return URI.create(given);
    }

    private static @Nullable ServerSideEncryption encryption(StoreUri uri) {
        String given = uri.options().get("sse");
        if (given == null) {
            if (uri.options().containsKey("sse-kms-key-id")) {
                throw uri.wrongOption("sse-kms-key-id", "it together with sse=aws:kms");
            }
            return null;
        }
        ServerSideEncryption encryption = ServerSideEncryption.fromValue(given);
        if (encryption == ServerSideEncryption.UNKNOWN_TO_SDK_VERSION) {
            throw uri.wrongOption("sse", "AES256, aws:kms or aws:kms:dsse");
        }
        return encryption;
    }

    private static @Nullable StorageClass storageClass(StoreUri uri) {
        String given = uri.options().get("storage-class");
        if (given == null) {
            return null;
        }
        StorageClass known = StorageClass.fromValue(given.toUpperCase(Locale.ROOT));
        if (known == StorageClass.UNKNOWN_TO_SDK_VERSION
                || known == StorageClass.GLACIER
                || known == StorageClass.DEEP_ARCHIVE) {
            throw uri.wrongOption("storage-class", "one that can be read at once, such as STANDARD_IA or GLACIER_IR");
        }
        return known;
    }

    private static @Nullable ObjectLockMode lockMode(StoreUri uri) {
        String given = uri.options().get("object-lock-mode");
        if (given == null) {
            return null;
        }
        ObjectLockMode mode = ObjectLockMode.fromValue(given.toUpperCase(Locale.ROOT));
        if (mode == ObjectLockMode.UNKNOWN_TO_SDK_VERSION) {
            throw uri.wrongOption("object-lock-mode", "governance or compliance");
        }
        return mode;
    }

    /** The size of the parts of so large an object: S3 takes 10,000 at most, which is 5 TB in parts of 525 MB. */
    long partBytes(long objectBytes) {
        long needed = (objectBytes + MOST_PARTS - 1) / MOST_PARTS;
        return Math.max(partBytes, (needed + MIB - 1) / MIB * MIB);
    }

    /** How long a request that moves so many bytes may take. */
    Duration timeout(long bytes) {
        return timeout.plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
    }
}
