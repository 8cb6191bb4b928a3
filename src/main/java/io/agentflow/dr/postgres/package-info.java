/** What PostgreSQL is: connections, snapshots, versions, catalogs, and the command lines of its own tools. */
package io.agentflow.dr.postgres;
