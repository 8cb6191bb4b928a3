package io.agentflow.dr.manifest;

import java.util.List;

/**
 * What a list of backups shows. Stands at the head of the manifest so that a thousand of them are read without reading
 * the rest.
 *
 * @param bytes of all components
 * @param rows of all tables, or null when they were not counted
 */
public record Summary(
        long bytes,
        int tables,
        @org.jspecify.annotations.Nullable Long rows,
        List<ComponentSize> components) {

    /** A component's kind, size, and number of files. */
    public record ComponentSize(ComponentKind kind, long bytes, int files) {}

    static Summary of(List<Component> components, List<TableEntry> tables) {
        return new Summary(
                components.stream().mapToLong(Component::bytes).sum(),
                (int) tables.stream().filter(TableEntry::holdsRows).count(),
                tables.stream().filter(TableEntry::holdsRows).anyMatch(t -> t.rows() == null)
                        ? null
                        : Long.valueOf(tables.stream()
                                .filter(TableEntry::holdsRows)
                                .mapToLong(t -> t.rows() == null ? 0 : t.rows())
                                .sum()),
                components.stream()
                        .map(c ->
                                new ComponentSize(c.kind(), c.bytes(), c.files().size()))
                        .toList());
    }
}
