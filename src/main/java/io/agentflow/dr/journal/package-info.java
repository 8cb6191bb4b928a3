/** What af did, as an append-only, hash-chained file: one record when an operation begins, one when it ends. */
package io.agentflow.dr.journal;
