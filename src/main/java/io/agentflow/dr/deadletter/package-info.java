/** The reports of failed operations, as they lie in their folder. */
package io.agentflow.dr.deadletter;
