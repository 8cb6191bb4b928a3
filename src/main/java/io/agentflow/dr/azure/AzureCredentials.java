package io.agentflow.dr.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.util.Configuration;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.BlobUrlParts;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.agentflow.dr.core.UsageError;
import io.agentflow.dr.store.StoreUri;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who af is for a storage account: what Azure's own tools take from the environment, in their order. What names another
 * account than the store's is for that one, and passed over.
 */
final class AzureCredentials {
    static final String CONNECTION_STRING = "AZURE_STORAGE_CONNECTION_STRING";
    static final String ACCOUNT = "AZURE_STORAGE_ACCOUNT";
    static final String KEY = "AZURE_STORAGE_KEY";
    static final String SAS = "AZURE_STORAGE_SAS_TOKEN";

    private final Configuration settings;
    private final AzureOptions options;

    AzureCredentials(Configuration settings, AzureOptions options) {
        this.settings = settings;
        this.options = options;
    }

    /**
     * Gives them to the client.
     *
     * @param http what tokens are asked for with
     * @throws UsageError if there are some that cannot be
     */
    void applyTo(BlobServiceClientBuilder client, HttpClient http) {
        Map<String, String> connection = connection();
        String key = connection.getOrDefault("accountkey", "");
        String sas = connection.getOrDefault("sharedaccesssignature", "");
        if (key.isEmpty() && sas.isEmpty() && isOurs(settings.get(ACCOUNT))) {
            key = setting(KEY);
            sas = key.isEmpty() ? setting(SAS) : "";
        }
        if (!key.isEmpty()) {
            client.credential(new StorageSharedKeyCredential(options.account(), base64(key)));
        } else if (!sas.isEmpty()) {
            requireNobodyListens();
            client.sasToken(sas);
        } else {
            requireEncryption();
            client.credential(new DefaultAzureCredentialBuilder()
                    .configuration(settings)
                    .httpClient(http)
                    .build());
        }
    }

    private String setting(String name) {
        String value = settings.get(name);
        return value == null ? "" : value.strip();
    }

    private boolean isOurs(@Nullable String account) {
        return account == null || account.isBlank() || account.equals(options.account());
    }

    /** What the connection string says, by small names; nothing if it is for another account. */
    private Map<String, String> connection() {
        Map<String, String> said = new HashMap<>();
        for (String pair : setting(CONNECTION_STRING).split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                said.put(pair.substring(0, equals).strip().toLowerCase(Locale.ROOT), pair.substring(equals + 1));
            }
        }
        String account = said.get("accountname");
        if (account == null && said.containsKey("blobendpoint")) {
            account = BlobUrlParts.parse(said.get("blobendpoint")).getAccountName();
        }
        return isOurs(account) ? said : Map.of();
    }

    /** The key is never repeated. */
    private static String base64(String key) {
        try {
            Base64.getDecoder().decode(key);
            return key;
        } catch (IllegalArgumentException e) {
            throw new UsageError(
                    "what " + KEY + " or " + CONNECTION_STRING + " holds is not the key of a storage account",
                    "Copy it whole: it is in base64.");
        }
    }

    /** A token that is read on the way can be used by whoever reads it. */
    private void requireEncryption() {
        if ("http".equals(options.endpoint().getScheme())) {
            throw new UsageError(
                    "no credentials were found for the storage account " + options.account()
                            + ", and a token is not sent without TLS",
                    hint());
        }
    }

    /** Unlike a key, the token travels with each request, and is good for whoever reads it. */
    private void requireNobodyListens() {
        if ("http".equals(options.endpoint().getScheme()) && !StoreUri.isLoopback(options.endpoint())) {
            throw new UsageError(
                    "a shared access signature is not sent without TLS, to " + options.endpoint(),
                    "Write endpoint=https://…, or give " + KEY + ", which is never sent.");
        }
    }

    static String hint() {
        return "Set " + CONNECTION_STRING + ", or " + KEY + " or " + SAS + " (with " + ACCOUNT
                + "), for this account, or log in: a managed identity, az login, AZURE_CLIENT_ID.";
    }
}
