/** Restores a backup beside the live database, proves that it is the same, and swaps it in. One class an act. */
package io.agentflow.dr.restore;
