/** What {@code af routes check} finds in files of routes. Brings Camel's catalog, which no other command loads. */
package io.agentflow.dr.lint;
