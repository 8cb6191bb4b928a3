package io.agentflow.dr.gcs;

import com.google.auth.Retryable;
import com.google.cloud.storage.StorageException;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import java.util.Set;

/** What an error of Google Cloud Storage means, and whether another try may help. */
final class GcsFailures {
    private static final Set<String> KEPT = Set.of("retentionPolicyNotMet", "objectUnderActiveHold");

    private GcsFailures() {}

    static AfException of(ObjectStore store, StorageException failure) {
        return failure.getCode() > 0 ? answered(store, withoutAddresses(failure)) : unanswered(store, root(failure));
    }

    /** The client tells the address of an upload, too, and whoever knows it may go on with that upload. */
    private static StorageException withoutAddresses(StorageException failure) {
        String said = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return new StorageException(failure.getCode(), said, failure.getReason(), null);
    }

    private static AfException answered(ObjectStore store, StorageException failure) {
        int status = failure.getCode();
        String said = status + (failure.getReason() == null ? "" : " " + failure.getReason());
        if (passes(status) || status == 409) {
            return StoreUnreachable.passing(store, said, failure);
        }
        if (failure.getReason() != null && KEPT.contains(failure.getReason())) {
            return new Refused(
                    "the store " + store.name() + " keeps what should be deleted: " + failure.getMessage(),
                    "Wait for the end of its retention, or lift the hold if you may: gcloud storage objects describe.",
                    failure);
        }
        if (status == 401 || status == 403) {
            return StoreUnreachable.lasting(
                    store, "refused: " + said, "Check the credentials and what they may do with the bucket.", failure);
        }
        if (status == 404) {
            return new NotFound(
                    "the bucket of the store " + store.name() + " does not exist",
                    "Check its name and its endpoint; af makes no buckets.",
                    failure);
        }
        return new Refused(
                "the store " + store.name() + " does not take what af asks for: " + said + " (" + failure.getMessage()
                        + ")",
                "Check the options of its URI; a bucket whose requesters pay needs ?project=….",
                failure);
    }

    /** Whether an answer of that status may be another one after a while. */
    static boolean passes(int status) {
        return status == 408 || status == 429 || (status >= 500 && status != 501);
    }

    private static StoreUnreachable unanswered(ObjectStore store, Throwable root) {
        if (root instanceof Retryable credentials && !credentials.isRetryable()) {
            return StoreUnreachable.lasting(
                    store,
                    "cannot be used: Google gives no token for the credentials",
                    "Check that they are neither expired nor revoked, and that the clock is right.",
                    root);
        }
        String said = root.getMessage();
        return StoreUnreachable.passing(store, said == null ? root.getClass().getSimpleName() : said, root);
    }

    /** What lies beneath; a token that was not given says so itself, above the answer that it got. */
    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof Retryable)) {
            root = root.getCause();
        }
        return root;
    }
}
