/** Requests by NATS JetStream: the connection, what is fetched from a stream, what is published. */
package io.agentflow.dr.nats;
