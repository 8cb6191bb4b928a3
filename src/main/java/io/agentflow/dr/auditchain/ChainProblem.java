package io.agentflow.dr.auditchain;

/**
 * One record that does not fit into its chain.
 *
 * @param id of the record
 * @param at its time, in UTC
 */
public record ChainProblem(String tenant, String id, String at, Kind kind) {

    /** What is wrong with it. */
    public enum Kind {
        /** The record before it is missing, or was changed. */
        LINK,
        /** Another record follows the same one. */
        FORK,
        /** It begins a second chain, or the chain's beginning is missing. */
        GENESIS,
        /** Its hash is not that of what is stored in it. */
        CONTENT;

        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /** In words. */
        public String meaning() {
            return switch (this) {
                case LINK -> "the record before it is missing or was changed";
                case FORK -> "another record follows the same one";
                case GENESIS -> "it begins a second chain, or the beginning is missing";
                case CONTENT -> "its content is not what was hashed";
            };
        }
    }
}
