/** Stores in S3 and whatever speaks its protocol, over AWS's own client. Lies in {@code lib/s3} with it. */
package io.agentflow.dr.s3;
