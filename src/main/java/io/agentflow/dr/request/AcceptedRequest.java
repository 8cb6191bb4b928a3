package io.agentflow.dr.request;

import java.time.Instant;

/** A request that is on the disk, and what became of it until now. */
public record AcceptedRequest(OperationRequest request, Arrival arrival, Instant acceptedAt) {
    public String id() {
        return request.id();
    }
}
