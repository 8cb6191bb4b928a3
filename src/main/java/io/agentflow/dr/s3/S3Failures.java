package io.agentflow.dr.s3;

import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.Causes;
import io.agentflow.dr.core.NotFound;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.store.ObjectStore;
import io.agentflow.dr.store.StoreUnreachable;
import java.util.Set;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What an error of S3 means, and whether another try may help. */
final class S3Failures {
    private static final Set<String> EXPIRED = Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired");
    private static final Set<String> NO_CREDENTIALS = Set.of("unable to load credentials", "profile file contained no");

    private S3Failures() {}

    static AfException of(ObjectStore store, SdkException failure) {
        if (failure instanceof S3Exception answer && answer.statusCode() > 0) {
            return answered(store, answer);
        }
        String said = String.valueOf(failure.getMessage());
        String lower = said.toLowerCase(java.util.Locale.ROOT);
        if (failure instanceof SdkClientException && NO_CREDENTIALS.stream().anyMatch(lower::contains)) {
            return StoreUnreachable.lasting(
                    store,
                    "cannot be used without credentials, and none were found",
                    "Give them as AWS's own tools take them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile"
                            + " (of single sign-on: after aws sso login), or a role.",
                    failure);
        }
        return StoreUnreachable.passing(store, root(failure), failure);
    }

    private static AfException answered(ObjectStore store, S3Exception answer) {
        int status = answer.statusCode();
        String code = code(answer);
        String said = status + (code.isEmpty() ? "" : " " + code);
        if (EXPIRED.contains(code)) {
            return StoreUnreachable.lasting(
                    store, "says that the token has expired", "Get a new one and run the command again.", answer);
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return StoreUnreachable.lasting(
                    store, "says that this machine's clock is wrong", "Set it right: ntpd or chrony do.", answer);
        }
        if (status == 429 || (status >= 500 && status != 501) || answer.isThrottlingException()) {
            return StoreUnreachable.passing(store, said, answer);
        }
        if (status == 401 || status == 403) {
            return StoreUnreachable.lasting(
                    store, "refused: " + said, "Check the credentials and what they may do with the bucket.", answer);
        }
        if (code.equals("NoSuchBucket") || status == 404) {
            return new NotFound(
                    "the bucket of the store " + store.name() + " does not exist",
                    "Check its name, its region and its endpoint; af makes no buckets.",
                    answer);
        }
        if (status == 301 || status == 307) {
            return StoreUnreachable.lasting(store, "is in another region", "Add ?region=… to its URI.", answer);
        }
        return new Refused(
                "the store " + store.name() + " does not take what af asks for: " + said + message(answer),
                "Check the options of its URI.",
                answer);
    }

    private static String code(S3Exception answer) {
        return answer.awsErrorDetails() == null || answer.awsErrorDetails().errorCode() == null
                ? ""
                : answer.awsErrorDetails().errorCode();
    }

    private static String message(S3Exception answer) {
        String message = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorMessage();
        return message == null ? "" : " (" + message + ")";
    }

    private static String root(Throwable failure) {
        Throwable root = Causes.root(failure);
        String said = root.getMessage();
        return said == null ? root.getClass().getSimpleName() : said;
    }
}
