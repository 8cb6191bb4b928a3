package io.agentflow.dr.cli;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;

/** JSON that is already written and goes into a document as it is. */
record RawJson(@JsonValue @JsonRawValue String text) {}
