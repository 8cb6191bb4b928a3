/** Which backups exist, how they are named on a command line, and what has been proven of them since. */
package io.agentflow.dr.catalog;
