package io.agentflow.dr.cli;

/**
 * How a command line says which store is meant, for hints that can be typed.
 *
 * @param option by which it names one
 * @param takesDatabase whether it may name a database instead
 */
record StoreWords(String option, boolean takesDatabase) {}
