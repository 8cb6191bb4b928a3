package io.agentflow.dr.cli;

import io.agentflow.dr.core.UsageError;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The option that names a store, for all commands that take one as an argument. Described by code, which is faster. */
final class StoreOption {
    static final String NAME = "--store";
    private static final String ARGUMENT = "STORE";

    private final OptionSpec option = OptionSpec.builder(NAME)
            .type(String.class)
            .paramLabel(ARGUMENT)
            .description("The same by an option: a name of af.store.<name>, a directory or a URI.")
            .build();

    /** Adds it to a command that takes a store, and has no option of its own for that. */
    CommandSpec addTo(CommandSpec spec) {
        boolean takesOne = spec.positionalParameters().stream()
                .anyMatch(argument -> argument.paramLabel().contains(ARGUMENT));
        return takesOne && spec.findOption(NAME) == null ? spec.addOption(option) : spec;
    }

    /**
     * The store that the command line names.
     *
     * @param argument what it names as an argument; null if nothing
     * @return null if it names none
     * @throws UsageError if it names two
     */
    @Nullable
    String or(@Nullable String argument) {
        String given = option.getValue();
        if (given != null && argument != null) {
            throw new UsageError("two stores are named: " + argument + " and " + given, "Name one of them.");
        }
        return given == null ? argument : given;
    }
}
