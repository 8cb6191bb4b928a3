/** Requests by Kafka: our place in a group of consumers, what is read of a record, what is produced. */
package io.agentflow.dr.kafka;
