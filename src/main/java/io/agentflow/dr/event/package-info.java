/** What others are told: operations and breaches as CloudEvents, and the bounded queues in front of who is told. */
package io.agentflow.dr.event;
