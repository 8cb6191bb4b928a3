package io.agentflow.dr.route;

import io.agentflow.dr.request.Arrival;

/** A message as it came from outside, without any of its headers. */
public final class ReceivedMessage {
    private final byte[] body;
    private final long size;
    private final Arrival arrival;

    /**
     * @param body its first bytes, all of them unless it is too long to be a request
     * @param size its whole length in bytes
     */
    public ReceivedMessage(byte[] body, long size, Arrival arrival) {
        this.body = body;
        this.size = size;
        this.arrival = arrival;
    }

    public byte[] body() {
        return body;
    }

    public long size() {
        return size;
    }

    public Arrival arrival() {
        return arrival;
    }
}
