/** Makes a backup: preflight, open, dump, seal, verify, publish. One class an act. */
package io.agentflow.dr.backup;
