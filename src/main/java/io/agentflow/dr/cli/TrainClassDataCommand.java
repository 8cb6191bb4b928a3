package io.agentflow.dr.cli;

import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import picocli.CommandLine.Command;

/** {@code af train-class-data}: loads what the other commands load, so that the build can archive it. */
@Command(name = "train-class-data", hidden = true)
final class TrainClassDataCommand extends AfCommand {
    TrainClassDataCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "TrainClassData";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        operations(config).warmUp();
        return ExitCode.OK;
    }
}
