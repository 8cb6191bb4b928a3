/** AgentFlow's audit hash chain: one per tenant, each record sealed with the hash of the one before it. */
package io.agentflow.dr.auditchain;
