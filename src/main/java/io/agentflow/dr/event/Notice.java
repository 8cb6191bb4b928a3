package io.agentflow.dr.event;

/**
 * One thing that somebody is sent.
 *
 * @param what it is, for a log
 * @param expendable whether it is the first to be left out where there is no room
 * @param json the body
 */
public record Notice(String what, Severity severity, boolean expendable, String contentType, String json) {}
