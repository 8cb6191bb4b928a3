/** Copies published backups from one store to another, whatever their kinds. */
package io.agentflow.dr.copy;
