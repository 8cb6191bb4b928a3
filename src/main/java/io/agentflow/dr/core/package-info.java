/** The words of the product: names, sizes, digests, secrets, events, failures. Depends on nothing. */
package io.agentflow.dr.core;
