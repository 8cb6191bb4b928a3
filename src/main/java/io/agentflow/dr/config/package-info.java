/** What af is told by files, environment and command line: loading, precedence, and a complaint about every mistake. */
package io.agentflow.dr.config;
