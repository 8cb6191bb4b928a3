package io.agentflow.dr.critical;

/** How many rows of a table were put in, changed and taken out. */
record RowChanges(long inserted, long updated, long deleted) {
    static final RowChanges NONE = new RowChanges(0, 0, 0);

    RowChanges plus(long rows) {
        return new RowChanges(inserted + rows, updated, deleted);
    }
}
