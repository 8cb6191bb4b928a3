/** Signatures by Ed25519: keys, their files and fingerprints, and whose signatures are believed. */
package io.agentflow.dr.sign;
