/** Reads a backup back and compares it with its manifest, byte for byte. */
package io.agentflow.dr.verify;
