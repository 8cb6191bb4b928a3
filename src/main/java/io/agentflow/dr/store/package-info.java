/** Places that keep backups. The directory store is plain Java: it must be durable, and a list must not start Camel. */
package io.agentflow.dr.store;
