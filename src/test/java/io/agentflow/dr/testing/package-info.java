/** What the tests stand on: a real PostgreSQL, the real launcher, databases made by builders. */
package io.agentflow.dr.testing;
