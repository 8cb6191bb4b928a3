/** What the YAML routes call: beans and processors that take an exchange, make one feature call, and hand it on. */
package io.agentflow.dr.route;
