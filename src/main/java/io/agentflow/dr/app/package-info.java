/** The only place that builds objects: binds beans to names and starts a command. */
package io.agentflow.dr.app;
