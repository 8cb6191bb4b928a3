/** Per-table counts and hashes under a snapshot, and what it means when two of them differ. */
package io.agentflow.dr.fingerprint;
