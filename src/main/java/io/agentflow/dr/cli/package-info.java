/** The command line: options in, one call, text or JSON out. No decisions. */
package io.agentflow.dr.cli;
