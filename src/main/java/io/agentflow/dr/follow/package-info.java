/** Stores that follow another one: what they lack of its backups, and how they get it. */
package io.agentflow.dr.follow;
