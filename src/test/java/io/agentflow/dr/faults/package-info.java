/** The fault table, row by row: what a sceptical DBA tries, and what has to hold afterwards. */
package io.agentflow.dr.faults;
