/** Messages that ask for operations: what they may say, who signed them, and what became of each, kept in files. */
package io.agentflow.dr.request;
