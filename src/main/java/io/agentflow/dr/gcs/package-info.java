/** Stores in Google Cloud Storage, over Google's own client and its JSON API. */
package io.agentflow.dr.gcs;
