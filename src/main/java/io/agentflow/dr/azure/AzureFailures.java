package io.agentflow.dr.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.identity.CredentialUnavailableException;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobStorageException;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Cancelled;
import io.agentflow.dr.core.Causes;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What an error of Azure means, and whether another try may help. Never what it says: it may hold a signature. */
final class AzureFailures {
    private static final BlobErrorCode LEGAL_HOLD = BlobErrorCode.fromString("BlobImmutableDueToLegalHold");
    private static final Set<BlobErrorCode> FROZEN =
            Set.of(BlobErrorCode.BLOB_ARCHIVED, BlobErrorCode.BLOB_BEING_REHYDRATED);

    private AzureFailures() {}

    /** The failure as af tells it; one of no known kind comes back as it is. */
    static RuntimeException of(ObjectStore store, RuntimeException failure) {
        if (failure instanceof AfException known) {
            return known;
        }
        if (failure instanceof BlobStorageException answer && answer.getResponse() != null) {
            return answered(store, answer);
        }
        if (Causes.first(failure, CredentialUnavailableException.class).isPresent()) {
            return StoreUnreachable.lasting(
                    store, "cannot be used without credentials, and none were found", AzureCredentials.hint(), failure);
        }
        if (Causes.first(failure, ClientAuthenticationException.class).isPresent()) {
            return StoreUnreachable.lasting(
                    store,
                    "cannot be used: no key is in the environment, and Microsoft Entra gave no token",
                    AzureCredentials.hint(),
                    failure);
        }
        if (Causes.first(failure, InterruptedException.class).isPresent()) {
            return new Cancelled("interrupted while a store was asked", "Run the command again.", failure);
        }
        boolean network = Causes.first(failure, IOException.class).isPresent()
                || Causes.first(failure, TimeoutException.class).isPresent();
        return network ? StoreUnreachable.passing(store, root(failure), failure) : failure;
    }

    private static RuntimeException answered(ObjectStore store, BlobStorageException answer) {
        int status = answer.getStatusCode();
        BlobErrorCode code = answer.getErrorCode();
        String said = said(answer);
        if (BlobErrorCode.BLOB_IMMUTABLE_DUE_TO_POLICY.equals(code) || LEGAL_HOLD.equals(code)) {
            return new Refused(
                    "the store " + store.name() + " keeps it: it is immutable, by a "
                            + (LEGAL_HOLD.equals(code) ? "legal hold" : "retention policy"),
                    "Leave it until its time is over; nothing can delete it before.",
                    answer);
        }
        if (code != null && FROZEN.contains(code)) {
            return new Refused(
                    "what is asked for has been moved to the archive tier of the store " + store.name(),
                    "Rehydrate it to Hot or Cool, which takes hours, and take the rule away that moved it.",
                    answer);
        }
        if (status == 429 || (status >= 500 && status != 501) || status == 408) {
            return StoreUnreachable.passing(store, said, answer);
        }
        if (status == 401 || status == 403) {
            return StoreUnreachable.lasting(store, "refused: " + said, denied(code), answer);
        }
        if (status == 404) {
            return new NotFound(
                    "the container of the store " + store.name() + " does not exist",
                    "Check its name and its account; af makes no containers.",
                    answer);
        }
        return new Refused(
                "the store " + store.name() + " does not take what af asks for: " + said,
                "Check the options of its URI.",
                answer);
    }

    static String said(BlobStorageException answer) {
        return answer.getStatusCode() + (answer.getErrorCode() == null ? "" : " " + answer.getErrorCode());
    }

    private static String denied(@Nullable BlobErrorCode code) {
        if (BlobErrorCode.AUTHORIZATION_PERMISSION_MISMATCH.equals(code)) {
            return "Give it the rights that docs/stores/azure.md names, on the container.";
        }
        if (BlobErrorCode.AUTHORIZATION_FAILURE.equals(code)) {
            return "Check the rights, and the account's firewall: may this machine reach it?";
        }
        return "Check the key or the token: whether it is this account's, and not expired, and this machine's clock.";
    }

    private static String root(Throwable failure) {
        Throwable root = Causes.root(failure);
        String said = root.getMessage();
        return said == null || said.contains("sig=") ? root.getClass().getSimpleName() : said;
    }
}
