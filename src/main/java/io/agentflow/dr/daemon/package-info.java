/** What af tells of itself while it serves: state of each database, health, metrics. */
package io.agentflow.dr.daemon;
