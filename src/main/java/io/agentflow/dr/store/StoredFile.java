package io.agentflow.dr.store;

/**
 * What a store tells of one file without reading it.
 *
 * @param path within the backup, as it is: it may be one that no backup has
 * @param bytes its length; of no meaning for what is no plain file
 * @param plain false for a link and whatever else is neither file nor folder
 */
public record StoredFile(String path, long bytes, boolean plain) {}
