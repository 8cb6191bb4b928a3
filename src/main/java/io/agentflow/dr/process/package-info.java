/** Runs one external program: argument list, environment, live output, time-out, and an end for its whole tree. */
package io.agentflow.dr.process;
