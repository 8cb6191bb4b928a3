package io.agentflow.dr.testing;

import io.agentflow.dr.request.AcceptedRequest;
import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.OperationRequest;
import io.agentflow.dr.request.RequestResult;
import io.agentflow.dr.route.RequestReply;
import java.time.Instant;
import java.util.Map;

/** A request for a backup that has been accepted, and what its sender is told. */
public final class AcceptedBackup {
    private AcceptedBackup() {}

    /** What is told of one that came this way. */
    public static RequestReply reply(Arrival arrival) {
        OperationRequest request = OperationRequest.of(Map.of(
                "id",
                "b-1",
                "operation",
                "backup",
                "database",
                "main",
                "requestedBy",
                "the tests",
                "issuedAt",
                "2026-11-26T10:00:00Z",
                "expiresAt",
                "2026-11-26T11:00:00Z",
                "keyId",
                "ops",
                "signature",
                "A".repeat(43) + "="));
        Instant now = Instant.parse("2026-11-26T10:00:00Z");
        return new RequestReply(arrival, RequestResult.accepted(new AcceptedRequest(request, arrival, now)));
    }
}
