package io.agentflow.dr.restore;

import java.util.List;

/**
 * Which tables a critical restore brings back.
 *
 * @param names with or without their schema; empty for the backup's critical tables
 * @param replace whether tables that are there get the backup's rows; otherwise they are left alone
 */
public record TableChoice(List<String> names, boolean replace) {
    /** The critical tables that are missing. */
    public static final TableChoice CRITICAL = new TableChoice(List.of(), false);
}
