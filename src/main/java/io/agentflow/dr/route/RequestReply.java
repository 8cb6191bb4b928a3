package io.agentflow.dr.route;

import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.RequestResult;

/** What is told to the sender of a request, and how he is reached. */
public record RequestReply(Arrival arrival, RequestResult result) {}
