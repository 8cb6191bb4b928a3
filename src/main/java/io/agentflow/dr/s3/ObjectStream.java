package io.agentflow.dr.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * An object on its way from S3. Who closes it before its end drops the connection instead of waiting for the rest, unless
 * that is soon there: then the connection is used again.
 */
final class ObjectStream extends FilterInputStream {
    private static final long SHORT = 256 * 1024;

    private final ResponseInputStream<GetObjectResponse> object;
    private final boolean brief;
    private boolean ended;

    ObjectStream(ResponseInputStream<GetObjectResponse> object) {
        super(object);
        this.object = object;
        Long bytes = object.response().contentLength();
        this.brief = bytes != null && bytes <= SHORT;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int count = object.read(buffer, offset, length);
            ended |= count < 0;
            return count;
        } catch (SdkException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        if (ended || brief) {
            object.close();
        } else {
            object.abort();
        }
    }
}
