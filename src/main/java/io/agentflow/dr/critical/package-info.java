/** Brings single tables back into a live database, in one transaction that is proven before it commits. */
package io.agentflow.dr.critical;
