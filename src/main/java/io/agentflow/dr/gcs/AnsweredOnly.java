package io.agentflow.dr.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.api.gax.retrying.BasicResultRetryAlgorithm;
import com.google.api.gax.retrying.ResultRetryAlgorithm;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageRetryStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Has a request tried again that was answered by an error that passes, and no other. After a connection that broke in the
 * middle of an object the client would begin anew without end.
 */
final class AnsweredOnly implements StorageRetryStrategy {
    private static final long serialVersionUID = 1L;

    @Override
    public ResultRetryAlgorithm<?> getIdempotentHandler() {
        return new BasicResultRetryAlgorithm<Object>() {
            @Override
            public boolean shouldRetry(@Nullable Throwable failure, @Nullable Object answer) {
                return GcsFailures.passes(status(failure));
            }
        };
    }

    private static int status(@Nullable Throwable failure) {
        if (failure instanceof HttpResponseException answer) {
            return answer.getStatusCode();
        }
        return failure instanceof StorageException answer ? answer.getCode() : 0;
    }

    @Override
    public ResultRetryAlgorithm<?> getNonidempotentHandler() {
        return getIdempotentHandler();
    }
}
