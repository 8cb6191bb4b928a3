package io.agentflow.dr.lint;

/**
 * Something that is wrong with a file of routes.
 *
 * @param file its name
 * @param rule what is broken: schema, endpoint, start, or the name of one of af's own rules
 */
public record Finding(String file, String rule, String text) {}
