/** Bytes on their way to a durable file: compressed, digested and counted in one pass. */
package io.agentflow.dr.artifact;
