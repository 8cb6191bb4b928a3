/** Which backups are kept, which expire, and why; pins. */
package io.agentflow.dr.retention;
