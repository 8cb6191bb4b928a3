/** Stores in S3 and whatever speaks its protocol, over AWS's own client. */
package io.agentflow.dr.s3;
