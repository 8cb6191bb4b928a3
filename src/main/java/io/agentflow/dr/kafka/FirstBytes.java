package io.agentflow.dr.kafka;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Takes of a value only as much as a request may be long: one of ten megabytes is not held a second time. */
final class FirstBytes implements Deserializer<byte[]> {
    private final int most;

    FirstBytes(int most) {
        this.most = most;
    }

    @Override
    public byte @Nullable [] deserialize(String topic, byte @Nullable [] data) {
        return data == null || data.length <= most ? data : Arrays.copyOf(data, most);
    }

    @Override
    public byte @Nullable [] deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
        if (data == null) {
            return null;
        }
        byte[] first = new byte[Math.min(data.remaining(), most)];
        data.duplicate().get(first);
        return first;
    }
}
