/** The sealed list of a backup: what it holds, what it describes, what it needs. Repository format 1. */
package io.agentflow.dr.manifest;
