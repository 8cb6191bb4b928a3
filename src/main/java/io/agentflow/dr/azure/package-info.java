/** Stores in Azure Blob Storage, over Azure's own client. */
package io.agentflow.dr.azure;
