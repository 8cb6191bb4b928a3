/** Encryption of what backups hold, in the format of age: recipients, identities and streams. */
package io.agentflow.dr.age;
