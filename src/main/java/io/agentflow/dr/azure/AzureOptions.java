package io.agentflow.dr.azure;

import com.azure.storage.blob.BlobUrlParts;
import com.azure.storage.blob.models.AccessTier;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the URI of an Azure store asks for.
 *
 * @param account the storage account
 * @param endpoint of its blob service
 * @param tier the access tier of what is stored; without it, the account's
 * @param partBytes what is larger is uploaded in blocks of at least this size
 * @param timeout how long one request may take, beyond what its bytes need at a very slow pace
 */
record AzureOptions(String account, URI endpoint, @Nullable AccessTier tier, long partBytes, Duration timeout) {
    private static final Set<String> KNOWN =
            new TreeSet<>(Set.of("account", "endpoint", "tier", "part-size-mib", "timeout-seconds"));
    /** Those from which a blob can be read at once. */
    private static final Map<String, AccessTier> TIERS =
            Map.of("hot", AccessTier.HOT, "cool", AccessTier.COOL, "cold", AccessTier.COLD);

    private static final long MIB = 1024 * 1024;
    private static final long MOST_BLOCKS = 50_000;
    private static final long SLOWEST_BYTES_PER_SECOND = 32 * 1024;

    /** @throws UsageError if an option is unknown or wrong, or the account is not named */
    static AzureOptions of(StoreUri uri) {
        uri.requireOnly(KNOWN);
        URI endpoint = endpoint(uri);
        return new AzureOptions(
                account(uri, endpoint),
                endpoint,
                tier(uri),
                uri.number("part-size-mib", 16, 1, 4000) * MIB,
                Duration.ofSeconds(uri.number("timeout-seconds", 60, 1, 3600)));
    }

    private static URI endpoint(StoreUri uri) {
        String account = uri.option("account", "");
        if (!account.isEmpty() && !account.matches("[a-z0-9]{3,24}")) {
            throw uri.wrongOption("account", "3 to 24 small letters and digits");
        }
        String given = uri.option("endpoint", "");
        if (given.isEmpty() && account.isEmpty()) {
            // From the URI alone, not from the environment: it is what tells one container from another of its name.
            throw new UsageError(
                    "the store '" + uri.text() + "' does not name its storage account", "Add ?account=… to its URI.");
        }
        if (!given.isEmpty() && !given.matches("https?://[A-Za-z0-9.\\[\\]:-]+(/[a-z0-9]*)?")) {
            throw uri.wrongOption("endpoint", "https://account.blob.… or http://host:port/account");
        }
        return URI.create(given.isEmpty() ? "https://" + account + ".blob.core.windows.net" : given);
    }

    private static String account(StoreUri uri, URI endpoint) {
        String named = BlobUrlParts.parse(endpoint.toString()).getAccountName();
        return uri.option("account", named == null ? "" : named);
    }

    private static @Nullable AccessTier tier(StoreUri uri) {
        String given = uri.options().get("tier");
        if (given == null) {
            return null;
        }
        AccessTier tier = TIERS.get(given.toLowerCase(Locale.ROOT));
        if (tier == null) {
            throw uri.wrongOption("tier", "Hot, Cool or Cold; what is in Archive cannot be read at once");
        }
        return tier;
    }

    /** The size of the blocks of so large an object: Azure takes 50,000 at most, which is 5 TB in blocks of 105 MB. */
    long partBytes(long objectBytes) {
        long needed = (objectBytes + MOST_BLOCKS - 1) / MOST_BLOCKS;
        return Math.max(partBytes, (needed + MIB - 1) / MIB * MIB);
    }

    /** How long a request that moves so many bytes may take. */
    Duration timeout(long bytes) {
        return timeout.plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
    }
}
